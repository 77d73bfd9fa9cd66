/** What is opened without being meant: link previews, prefetching browsers, crawlers. None of it may do anything. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail, note, type Remark } from '../../check.ts'
import type { Scene } from '../../scene.ts'

export const getSideEffects: Check = {
  id: 'get-side-effects',
  title: 'Opening an address changes nothing and signs nobody in',
  reference: 'T16',
  advice:
    'Scan, confirm, deny, verify, redeem and cancel by POST and DELETE only, and take no method from a header or a query.',
  async *play(scene) {
    const { browser, phone } = scene.hasPhone
      ? await scene.confirmed()
      : { browser: await scene.open(), phone: undefined }
    if (!phone) yield note('only a waiting ticket was tried: without an API key no phone can confirm one')
    const before = (await browser.read()).body.state
    const { id } = browser.ticket
    const token = phone ? `?scan_token=${phone.scanned.scan_token}` : ''
    const addresses = [
      ...['redeem', 'verify', 'cancel', 'confirm', 'deny'].map(verb => `/tickets/${id}/${verb}${token}`),
      ...[`/tickets/${id}?_method=DELETE`, `/tickets/${id}`, '/scan', '/tickets'],
    ]
    for (const address of addresses) {
      for (const [method, headers] of [
        ['GET', {}],
        ['HEAD', {}],
        ['GET', { 'x-http-method-override': address.includes('/redeem') ? 'POST' : 'DELETE', purpose: 'prefetch' }],
      ] as const) {
        yield* judge(
          `${method} ${address.split('?')[0]?.replace(id, '{id}')}`,
          await browser.call(method, address, { headers }),
        )
      }
    }
    yield* openAsPreviewers(scene, browser.ticket.qr.url)
    const after = await browser.read()
    if (after.body.state !== before) yield fail(`after that the ticket is ${after.body.state}, not ${before}`, after)
  },
}

function* judge(what: string, reply: Reply<{ user?: unknown; session?: unknown }>): Generator<Remark, void> {
  const { session, user } = reply.body
  if (reply.status < 400 && (session !== undefined || user !== undefined))
    yield fail(`${what} signs the browser in`, reply)
  else if (reply.headers.getSetCookie().some(line => !/Max-Age=0\b/i.test(line)))
    yield fail(`${what} sets a cookie`, reply)
}

async function* openAsPreviewers(scene: Scene, code: string): AsyncGenerator<Remark, void> {
  const [address = ''] = code.split('#')
  const own = [scene.url, scene.origin].map(site => new URL(site).hostname)
  if (!URL.canParse(address) || !own.includes(new URL(address).hostname)) return
  for (const agent of previewers) {
    await scene.visit(address, { 'user-agent': agent, purpose: 'prefetch', 'sec-purpose': 'prefetch;prerender' })
  }
}

const previewers = [
  'WhatsApp/2.23.20.0',
  'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
  'facebookexternalhit/1.1',
  'Twitterbot/1.0',
  'TelegramBot (like TwitterBot)',
  'Discordbot/2.0',
  'LinkedInBot/1.0',
  'Googlebot/2.1',
  'bingbot/2.0',
  'MicroMessenger/8.0',
  'DingTalk/7.0',
  'Lark/7.0',
]
