import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pages } from './pages.ts'
import { securityHeaders } from './security-headers.ts'

const script = "console.log('hello')\n"
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pages-'))
  const meta = '<meta name="demo" content="{{demo}}"><meta name="sign-in" content="{{signInUrl}}">{{lanUrl}}{{other}}'
  const session = ' session: {{session}}'
  writeFileSync(join(folder, 'demo.html'), `demo ${meta}`)
  writeFileSync(join(folder, 'sign-in.html'), `sign-in ${meta}${session}`)
  writeFileSync(join(folder, 'phone.html'), `phone ${meta}`)
  writeFileSync(join(folder, 'sessions.html'), `sessions ${meta}`)
  writeFileSync(join(folder, 'account.html'), `account ${meta}`)
  writeFileSync(join(folder, 'bind.html'), `bind ${meta}`)
  writeFileSync(join(folder, 'page.js'), script)
  writeFileSync(join(folder, 'page.css'), 'body { margin: 0 }\n')
  writeFileSync(join(folder, 'notes.txt'), 'not an asset')
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('a page', () => {
  it('is the sign-in page, or the demo where that is on, the phone page, and a person’s sessions', async () => {
    expect(await (await get('/')).text()).toMatch(/^sign-in /)
    expect(await (await get('/', { demo: true })).text()).toMatch(/^demo /)
    expect(await (await get('/s')).text()).toMatch(/^phone /)
    expect(await (await get('/sessions')).text()).toMatch(/^sessions /)
  })

  it('is about a person’s account where there are accounts', async () => {
    expect((await get('/account')).status).toBe(404)
    expect(await (await get('/account', { accounts: true })).text()).toMatch(/^account /)
    expect(await (await get('/account/bind', { accounts: true })).text()).toMatch(/^bind /)
  })

  it('is HTML in UTF-8', async () => {
    expect((await get('/s')).headers.get('content-type')).toBe('text/html; charset=UTF-8')
  })

  it('carries what it was given as text, never as HTML', async () => {
    const signInUrl = `https://app.example.com/?a=1&b="><script>alert('1')</script>`
    const html = await (await get('/s', { demo: true, signInUrl })).text()
    expect(html).toContain('<meta name="demo" content="true">')
    expect(html).toContain('content="https://app.example.com/?a=1&#38;b=&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)')
    expect(html).not.toContain('<script>')
  })

  it('knows whether its browser may be signed in, and else asks nothing that is answered with a 401', async () => {
    const withCookie = async (cookie: string) => (await get('/', {}, cookie ? { cookie } : {})).text()
    expect(await withCookie('')).toContain('session: none')
    expect(await withCookie('scanlogin-37ZR4D7W=secret; theme=dark')).toContain('session: none')
    expect(await withCookie('a=1; __Host-scanlogin-session=token')).toContain('session: possible')
    expect(await withCookie('scanlogin-access=token')).toContain('session: possible')
  })

  it('shows nothing where there is nothing to fill in', async () => {
    expect(await (await get('/')).text()).not.toMatch(/\{\{|undefined/)
  })

  it('does not start where it has not been built', () => {
    const empty = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'pages-'))}/`)
    expect(() => pages({ ...plain, folder: empty })).toThrow(/The page sign-in.html is missing/)
    rmSync(empty, { recursive: true })
  })
})

describe('an asset', () => {
  it('comes with its type, and for the pages of other origins too', async () => {
    const answer = await get('/assets/page.js')
    expect(await answer.text()).toBe(script)
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect((await get('/assets/page.css')).headers.get('content-type')).toBe('text/css; charset=utf-8')
  })

  it('is not sent again to who has it', async () => {
    const first = await get('/assets/page.js')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    expect(first.headers.get('cache-control')).toBe('no-cache')
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
      const again = await get('/assets/page.js', {}, { 'if-none-match': known })
      expect(again.status).toBe(304)
      expect(await again.text()).toBe('')
      expect(again.headers.get('etag')).toBe(etag)
    }
    expect((await get('/assets/page.js', {}, { 'if-none-match': '"other"' })).status).toBe(200)
  })

  it.each([
    '/assets/',
    '/assets/page',
    '/assets/notes.txt',
    '/assets/phone.html',
    '/assets/..%2fpages.ts',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..\\pages.ts',
    '/assets/page.js%00',
    '/assets/%E0%A4%A',
    '/assets/__proto__',
    '/assets/sub/page.js',
    '/page.js',
    '/S',
  ])('is not found at %s', async path => {
    expect((await get(path)).status).toBe(404)
  })
})

describe('every answer', () => {
  it.each(['/', '/s', '/assets/page.js', '/assets/none.js', '/none', '/broken'])(
    'keeps foreign code, frames and openers out: %s',
    async path => {
      const { headers } = await get(path)
      const policy = headers.get('content-security-policy')
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("require-trusted-types-for 'script'")
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('permissions-policy')).toContain('camera=(self)')
    },
  )

  it('stays out of every cache, assets excepted', async () => {
    for (const path of ['/', '/s', '/none']) expect((await get(path)).headers.get('cache-control')).toBe('no-store')
  })
})

const plain = { demo: false, scanUrl: '', signInUrl: '', lanUrl: '' }

function get(
  path: string,
  options: { demo?: boolean; accounts?: boolean; signInUrl?: string } = {},
  headers: Record<string, string> = {},
) {
  const app = new Hono()
  app.onError((_, context) => context.text('Something went wrong here.\n', 500))
  app.use(securityHeaders)
  app.get('/broken', () => {
    throw new Error('broken')
  })
  app.route('/', pages({ ...plain, ...options, folder: pathToFileURL(`${folder}/`) }))
  return app.request(path, { headers })
}
