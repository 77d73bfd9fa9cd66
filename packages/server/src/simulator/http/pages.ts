/** The simulators' pages and their assets, read when first asked for: tests over HTTP alone need no build. */
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { type Answer, nothingHere, type Routes } from './call.ts'

/** The same place from the sources and from what they are compiled to. */
const built = new URL('../../../dist/simulator/public/', import.meta.url)

export interface PageFrame {
  /** Who may show the page in a frame. Default nobody. */
  ancestors?: 'anyone' | 'nobody'
  /** An origin besides its own that the page's script may call. */
  calls?: string
}

/** A built page, with `values` at its marks as text, never as markup. */
export function page(name: string, values: Readonly<Record<string, string>>, frame: PageFrame = {}): Answer {
  const html = read(`${name}.html`).replace(/\{\{(\w+)\}\}/g, (_, mark: string) => escapeHtml(values[mark] ?? ''))
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...rules(frame) }
  return { status: 200, headers, body: html }
}

/** A page without a script, for what a service says in one sentence. */
export function sentencePage(sentence: string): Answer {
  const html = `<!doctype html>\n<html lang="zh-CN">\n<meta charset="utf-8">\n<title>Simulator</title>\n<h1>${escapeHtml(sentence)}</h1>\n</html>\n`
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8', ...rules({}) }, body: html }
}

export const assetRoutes: Routes = {
  '/assets/:name': (_, { name = '' }) => {
    const type = assetTypes[extname(name)]
    // The name is one segment, and may still have been written to lead elsewhere.
    if (type === undefined || !/^[\w.-]+$/.test(name)) return nothingHere
    const headers = { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' }
    return { status: 200, headers, body: read(name) }
  },
}

const assetTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
}

function read(name: string): string {
  try {
    return readFileSync(new URL(name, built), 'utf8')
  } catch (cause) {
    throw new Error(`The simulator's page ${name} is missing: build it first`, { cause })
  }
}

function rules({ ancestors = 'nobody', calls = '' }: PageFrame): Record<string, string> {
  const framing = ancestors === 'anyone' ? 'frame-ancestors *' : "frame-ancestors 'none'"
  return {
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; " +
      `form-action 'none'; connect-src 'self' ${calls}; ${framing}; require-trusted-types-for 'script'`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
