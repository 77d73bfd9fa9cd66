/** The page that the QR code opens, where a person decides: who may frame it, and what may run in it. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail, note, Unready, warn } from '../../check.ts'
import type { Scene } from '../../scene.ts'
import { expectHeader } from './headers.ts'

export const pageFraming: Check = {
  id: 'page-framing',
  title: 'No other site can put the phone’s page in a frame',
  reference: 'T10',
  advice: "Send Content-Security-Policy with frame-ancestors 'none', and X-Frame-Options: DENY for old browsers.",
  async *play(scene) {
    const page = await phonePage(scene)
    const ancestors = directivesOf(page).get('frame-ancestors')
    const old = page.headers.get('x-frame-options')?.toUpperCase()
    if (ancestors === undefined) {
      if (old === 'DENY' || old === 'SAMEORIGIN') yield warn('only X-Frame-Options forbids frames', page)
      else yield fail('any site can put the page in a frame and have it clicked unseen', page)
    } else if (ancestors.some(source => source !== "'none'" && source !== "'self'")) {
      yield fail(`frames are allowed to ${ancestors.join(' ')}`, page)
    }
  },
}

export const pageScripts: Check = {
  id: 'page-scripts',
  title: 'Only the deployment’s own scripts run in the phone’s page, and none that stands in the HTML',
  reference: 'T12, T29',
  advice:
    "Send Content-Security-Policy with script-src 'self', keep code out of the HTML, and load nothing from other sites.",
  async *play(scene) {
    const page = await phonePage(scene)
    const directives = directivesOf(page)
    const scripts = directives.get('script-src') ?? directives.get('default-src')
    if (scripts === undefined) yield fail('there is no Content-Security-Policy that says which scripts may run', page)
    const guarded = scripts?.some(source => /^'(nonce|sha\d+)-/.test(source)) ?? false
    for (const source of scripts ?? []) {
      const open = /^(\*|https?:|data:|blob:|'unsafe-eval')$/.test(source) || (source === "'unsafe-inline'" && !guarded)
      if (open) yield fail(`the Content-Security-Policy lets scripts run from ${source}`, page)
    }
    if (/\son[a-z]+\s*=\s*["']/i.test(page.text)) yield warn('the HTML has event handlers in it', page)
    const { origin } = new URL(scene.origin)
    for (const [, address = ''] of page.text.matchAll(
      /<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=["']([^"']+)/gi,
    )) {
      const from = URL.canParse(address, origin) ? new URL(address, origin).origin : origin
      if (from !== origin && /^https?:/.test(from)) yield warn(`the page loads something from ${from}`, page)
    }
  },
}

export const pageHeaders: Check = {
  id: 'page-headers',
  title: 'The phone’s page carries its address nowhere and is kept by nothing',
  reference: 'T18',
  advice:
    'Send Referrer-Policy: no-referrer, X-Content-Type-Options: nosniff and Cross-Origin-Opener-Policy: same-origin with pages.',
  async *play(scene) {
    const page = await phonePage(scene)
    yield* expectHeader('the page', page, 'referrer-policy', /^no-referrer$/i)
    yield* expectHeader('the page', page, 'x-content-type-options', /^nosniff$/i)
    if (page.headers.get('cross-origin-opener-policy') !== 'same-origin')
      yield warn('the page shares its window with pages that opened it', page)
    if (!/\b(no-store|no-cache|private)\b/i.test(page.headers.get('cache-control') ?? ''))
      yield note('the page may be cached', page)
  },
}

/** Throws `Unready` where the QR code leads to no page of this deployment: an app may open it itself. */
async function phonePage(scene: Scene): Promise<Reply> {
  const [address = ''] = (await scene.open()).ticket.qr.url.split('#')
  const own = [scene.url, scene.origin].map(site => new URL(site).hostname)
  // Never an address elsewhere: whose it is, and what a GET does there, is not known here.
  if (!URL.canParse(address) || !own.includes(new URL(address).hostname)) {
    throw new Unready(`the QR code leads to ${address.slice(0, 100)}, which is no page of ${own.join(' or ')}`)
  }
  const page = await scene.visit(address)
  if (page.status !== 200 || !page.headers.get('content-type')?.startsWith('text/html')) {
    throw new Unready(`the address in the QR code is answered ${page.status} and no page`, page)
  }
  return page
}

/** Of all policies together, which is what a browser enforces at least. */
function directivesOf(page: Reply): Map<string, readonly string[]> {
  const policy = page.headers.get('content-security-policy') ?? ''
  const directives = policy.split(/[;,]/).map(text => text.trim().split(/\s+/))
  return new Map(directives.map(([name = '', ...sources]) => [name.toLowerCase(), sources]))
}
