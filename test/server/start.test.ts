import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { endServers, runServer, startServer } from './server.ts'

afterEach(endServers)

describe('a server that starts', () => {
  it('prints where it listens, and answers there', async () => {
    const { url, output, port } = await startServer()
    expect(output()).toContain(`listening on http://127.0.0.1:${port}\n`)
    for (const path of ['/healthz/live', '/healthz/ready']) {
      const answer = await fetch(url + path)
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual({ status: 'ok' })
    }
  })

  it('says that nobody can confirm where neither a key nor an issuer is set', async () => {
    const { written } = await startServer()
    await written('nobody can confirm: set SCANLOGIN_API_KEY')
  })

  it('serves the sign-in page and the phone page, with what they need', async () => {
    const { url } = await startServer()
    for (const path of ['/', '/s']) {
      const page = await fetch(url + path)
      const html = await page.text()
      expect(page.status).toBe(200)
      const addresses = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address = '']) => address)
      const assets = addresses.filter(address => address !== noIcon).map(address => new URL(address, url + path))
      expect(assets.length).toBeGreaterThan(0)
      for (const asset of assets) {
        expect(asset.origin).toBe(url)
        expect((await fetch(asset)).status, asset.href).toBe(200)
      }
    }
  })

  it.each([
    '/',
    '/s',
    '/none',
    '/v1',
    '/v1/none',
    '/v1/tickets/x',
    '/v1/session',
    '/assets/none',
    '/healthz/live',
    '//example.com/',
  ])('lets no page frame its answer, whatever is asked for: %s', async path => {
    const { port } = await startServer()
    const head = await rawGet(port, path)
    expect(head).toMatch(/^HTTP\/1\.1 [234]\d\d /)
    expect(head).toMatch(/^content-security-policy: .*frame-ancestors 'none'/im)
    expect(head).toMatch(/^x-content-type-options: nosniff/im)
    expect(head).toMatch(/^cache-control: no-store/im)
  })

  it('prints how to be called where it is not told what to do', async () => {
    expect(await runServer({}, [])).toMatchObject({ code: 2, stdout: expect.stringContaining('scanlogin serve') })
    expect(await runServer({}, ['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('--demo') })
    const typo = await runServer({}, ['serve', '--dmo'])
    expect(typo.code).toBe(1)
    expect(typo.stderr).toContain('scanlogin serve [--demo')
  })
})

describe('a server that cannot start', () => {
  it('ends with 1 and says all that is wrong with its configuration, on standard error only', async () => {
    const env = { PORT: 'abc', SCANLOGIN_API_KEY: 'hunter2', SCANLOGIN_STORE: 'mysql://10.0.0.1', SCANLOGIN_TYPO: '1' }
    const { code, stdout, stderr } = await runServer(env)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('SCANLOGIN_TYPO: there is no such setting')
    expect(stderr).toContain('PORT: write a whole number from 1 to 65535.')
    expect(stderr).toContain('SCANLOGIN_STORE: write one of memory:')
    expect(stderr).toContain('SCANLOGIN_API_KEY entry 1: write at least 32')
    expect(stderr).not.toMatch(/hunter2|10\.0\.0\.1|\n {4}at /)
  })

  it('ends with 1 where its port is taken', async () => {
    const { port } = await startServer()
    const { code, stderr } = await runServer({ PORT: String(port) })
    expect(code).toBe(1)
    expect(stderr).toBe('That port is taken: set PORT to another one.\n')
  })

  it('ends with 1 where its host is not of this machine', async () => {
    const { code, stderr } = await runServer({ PORT: String(await freePort()), HOST: '192.0.2.1' })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^HOST is not an address of this machine: set it to 127\.0\.0\.1/)
  })

  it('ends with 1 where production has no https address', async () => {
    const { code, stderr } = await runServer({ NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'http://id.example.com' })
    expect(code).toBe(1)
    expect(stderr).toContain('SCANLOGIN_PUBLIC_URL: in production write the https origin')
  })

  it('ends with 1 where the demo is asked for in production', async () => {
    const env = { NODE_ENV: 'production', SCANLOGIN_PUBLIC_URL: 'https://id.example.com' }
    const { code, stdout, stderr } = await runServer(env, ['serve', '--demo'])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain('--demo lets anyone sign in as anyone: leave it out in production.')
  })
})

/** Keeps browsers from asking for a favicon. */
const noIcon = 'data:,'

/** Status line and headers, for a path exactly as written. */
function rawGet(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    )
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    socket.on('end', () => resolve(text.split('\r\n\r\n')[0] ?? '')).on('error', reject)
  })
}
