/** The pages and their assets, read once at start. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type Context, Hono } from 'hono'
import { accountPath, bindPath, sessionsPath, signedInPath } from './accounts/identify.ts'
import { policyWithFrames } from './security-headers.ts'

export interface PagesOptions {
  demo: boolean
  /** What the QR codes open. */
  scanUrl: string
  /** Where a phone that is not signed in is sent; empty for nowhere. */
  signInUrl: string
  /** The address of this machine in its network, shown in the demo; empty for none. */
  lanUrl: string
  /** There are accounts, and pages about them. Default `false`. */
  accounts?: boolean
  /** By whom the person of a phone may be known: JSON, see `pages/phone-ways/ways.ts`. Default: by nobody. */
  ways?: string
  /** The public URL. Default: each page's own origin. */
  site?: string
  /** The cookie by which phones are known here. Default: no such cookie. */
  phoneCookie?: string | undefined
  /** Origins whose pages may stand in a frame of the sign-in page. Default none. */
  frames?: readonly string[]
  /** Where the built pages are. Default: beside this file. */
  folder?: URL
}

export function pages(options: PagesOptions): Hono {
  const { demo, scanUrl, signInUrl, lanUrl, accounts = false, ways = '[]', folder = builtPages } = options
  const { frames = [], site = '', phoneCookie } = options
  const files = readFiles(folder)
  const page = (name: string, sessionOn: SessionOn = browserSession) => {
    const file = fileIn(files, name)
    const accountPage = accounts ? accountPath : ''
    const values = { demo: String(demo), scanUrl, signInUrl, lanUrl, ways, site, accountPage }
    return (context: Context) => {
      // Which page has led here: the phone page asks before it takes a code from a foreign one.
      const arrival = context.req.header('sec-fetch-site') ?? ''
      return context.html(fill(file.text, { ...values, arrival, session: sessionOn(context) }))
    }
  }
  const app = new Hono()
  const signIn = page(demo ? 'demo.html' : 'sign-in.html')
  app.get('/', context => {
    context.header('content-security-policy', policyWithFrames(frames))
    return signIn(context)
  })
  app.get('/s', page('phone.html'))
  // A phone sees its person's sessions too.
  app.get(sessionsPath, page('sessions.html', anySession(phoneCookie)))
  if (accounts) {
    app.get(accountPath, page('account.html'))
    app.get(bindPath, page('bind.html'))
    app.get(signedInPath, context => context.redirect(accountPath, 303))
  }
  app.get('/assets/:name', context => {
    const file = files.get(context.req.param('name'))
    if (!file || file.type === undefined) return context.notFound()
    const headers = { 'cache-control': 'no-cache', etag: file.etag, ...shared }
    if (isKnown(file.etag, context.req.header('if-none-match'))) return context.body(null, 304, headers)
    return context.body(file.text, 200, { ...headers, 'content-type': file.type })
  })
  return app
}

/** One page whose values another part of the server knows. */
export function pageOf(name: string, folder: URL = builtPages): (values: Readonly<Record<string, string>>) => string {
  const { text } = fileIn(readFiles(folder), name)
  return values => fill(text, values)
}

/** `none` for a browser that brings no cookie of a session: its page need not ask, and nothing in its console looks wrong. */
type SessionOn = (context: Context) => 'possible' | 'none'

const browserSession: SessionOn = ({ req }) =>
  /scanlogin-(?:session|access)=/.test(req.header('cookie') ?? '') ? 'possible' : 'none'

function anySession(phoneCookie: string | undefined): SessionOn {
  const names = ['scanlogin-phone', 'scanlogin-demo-user', ...(phoneCookie === undefined ? [] : [phoneCookie])]
  return context => {
    const cookies = context.req.header('cookie') ?? ''
    return names.some(name => cookies.includes(`${name}=`)) ? 'possible' : browserSession(context)
  }
}

function fileIn(files: ReadonlyMap<string, File>, name: string): File {
  const file = files.get(name)
  if (!file) throw new Error(`The page ${name} is missing: build it first`)
  return file
}

const builtPages = new URL('./public/', import.meta.url)

interface File {
  text: string
  etag: string
  /** `undefined` for what is not an asset. */
  type: string | undefined
}

const assetTypes: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** The element's script may be used by other sites' pages: it holds nothing that is not public. */
const shared = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' }

function readFiles(folder: URL): ReadonlyMap<string, File> {
  return new Map(
    readdirSync(folder).map(name => {
      const text = readFileSync(new URL(name, folder), 'utf8')
      const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
      return [name, { text, etag, type: assetTypes[extname(name)] }]
    }),
  )
}

/** Proxies that compress mark the tag as weak. */
function isKnown(etag: string, header = ''): boolean {
  return header.split(',').some(tag => tag.trim().replace(/^W\//, '') === etag)
}

function fill(html: string, values: Readonly<Record<string, string>>): string {
  return html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ''))
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
