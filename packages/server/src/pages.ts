/** The pages and their assets, read once at start. Strict about what a page may do: nothing from elsewhere, no frame. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type Context, Hono } from 'hono'

export interface PagesOptions {
  demo: boolean
  /** Where a phone that is not signed in is sent; empty for nowhere. */
  signInUrl: string
  /** The address of this machine in its network, shown in the demo; empty for none. */
  lanUrl: string
}

export function pages({ demo, signInUrl, lanUrl }: PagesOptions): Hono {
  const files = readFiles(new URL('./public/', import.meta.url))
  const page = (name: string) => {
    const html = fill(files.get(name)?.text ?? '', { demo: String(demo), signInUrl, lanUrl })
    return (context: Context) => context.html(html, 200, pageHeaders)
  }
  const app = new Hono()
  app.get('/', page(demo ? 'demo.html' : 'sign-in.html'))
  app.get('/s', page('phone.html'))
  app.get('/assets/:name', context => {
    const file = files.get(context.req.param('name'))
    if (!file || file.type === undefined) return context.notFound()
    const headers = { ...security, 'cache-control': 'no-cache', etag: file.etag, ...shared }
    if (context.req.header('if-none-match') === file.etag) return context.body(null, 304, headers)
    return context.body(file.text, 200, { ...headers, 'content-type': file.type })
  })
  app.notFound(context => context.text('There is nothing here.\n', 404, pageHeaders))
  return app
}

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

const security = {
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

const pageHeaders = {
  ...security,
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'x-frame-options': 'DENY',
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

function fill(html: string, values: Record<string, string>): string {
  return html.replace(/\{\{(\w+)\}\}/g, (_, name: string) => escapeHtml(values[name] ?? ''))
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
