/** The doctor before a real proxy, set well and set badly, with the real server behind. */
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { endPrograms, startProgram } from '../deploy/programs.ts'
import { scrape } from '../metrics/exposition.ts'
import { endRedis, quietPort, startRedis } from '../redis/servers/child.ts'
import { endServers, startServer } from '../server/server.ts'
import { diagnose, runDoctor } from './doctor.ts'
import { apiKey, signItself, startFront } from './front.ts'

const ends: (() => unknown)[] = []

afterAll(async () => {
  for (const end of ends) await end()
  await endPrograms()
  await endServers()
  await endRedis()
})

const quick = 'site,cookies,buffering,sockets,client-address'

describe.concurrent('a proxy as it is shipped', () => {
  it('gets no word of blame', async () => {
    const { env } = await startFront()
    const { findings, said } = await diagnose(env, `${quick},idle-timeout`)
    expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect(said('idle-timeout')).toMatch(/^ok: a long poll was held for 2[2-5] s, and a stream lasted as long$/)
    expect(said('client-address')).toBe('ok: 127.0.0.79, as it should be')
  }, 60_000)

  it('is left without an open sign-in', async () => {
    const metrics = await quietPort()
    const { env } = await startFront({ env: { SCANLOGIN_METRICS: String(metrics) } })
    await diagnose({ ...env, SCANLOGIN_METRICS: '' }, quick)
    const { value } = await scrape(metrics)
    const steps = (step: string) => value(`scanlogin_ticket_steps_total{step="${step}"}`)
    expect(steps('created')).toBeGreaterThan(4)
    expect(steps('cancelled')).toBe(steps('created'))
  })
})

describe.concurrent('a proxy that is set badly', () => {
  it('gathers events', async () => {
    const { env } = await startFront({ location: 'proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;' })
    expect((await diagnose(env, 'buffering')).said('buffering')).toMatch(
      /^fail: the first event has not come within 4 s/,
    )
  })

  it('passes the head of a stream on, and gathers what follows', async () => {
    const server = await startServer()
    const port = await quietPort()
    const proxy = createServer((asked, answered) => {
      const { method, headers } = asked
      const passed = request(`${server.url}${asked.url}`, { method, headers }, answer => {
        answered.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
        const pieces: Buffer[] = []
        answer.on('data', piece => pieces.push(piece)).on('end', () => answered.end(Buffer.concat(pieces)))
        answered.on('close', () => passed.destroy())
      })
      passed.on('error', () => answered.destroy())
      asked.pipe(passed)
    }).listen(port, '127.0.0.1')
    ends.push(() => proxy.close())
    const { said } = await diagnose({ SCANLOGIN_PUBLIC_URL: `http://127.0.0.1:${port}` }, 'buffering')
    expect(said('buffering')).toMatch(/^fail: the first event has not come within 4 s/)
  })

  it('lets nobody wait', async () => {
    const { env } = await startFront({ location: 'proxy_read_timeout 3s;' })
    const { said, of } = await diagnose(env, 'idle-timeout')
    expect(said('idle-timeout')).toMatch(/^fail: a long poll is cut off after 3\.\d s: the answer is 504$/m)
    expect(said('idle-timeout')).toMatch(/^fail: a stream of events is cut off after 3\.\d s$/m)
    expect(of('idle-timeout')[0]?.remedy).toContain('proxy_read_timeout')
  })

  it('opens no sockets', async () => {
    const { env } = await startFront({ location: '' })
    expect((await diagnose(env, 'sockets')).said('sockets')).toMatch(/^warn: an upgrade is answered 4\d\d$/)
  })

  it('spoils cookies', async () => {
    const { env } = await startFront({ location: 'proxy_cookie_flags ~ nohttponly; proxy_cookie_path / /login;' })
    expect((await diagnose(env, 'cookies')).said('cookies')).toBe(
      'fail: scripts can read it: it is not HttpOnly; its Path is not /',
    )
  })

  it('is counted once too often: whoever writes an address is believed', async () => {
    const { env } = await startFront({ env: { SCANLOGIN_TRUSTED_PROXIES: '2' } })
    expect((await diagnose(env, 'client-address')).said('client-address')).toMatch(
      /^fail: the server believes .*: SCANLOGIN_TRUSTED_PROXIES is 2$/,
    )
  })

  it('is not counted: everybody has its address', async () => {
    const { env } = await startFront({ env: { SCANLOGIN_TRUSTED_PROXIES: '0' } })
    expect((await diagnose(env, 'client-address')).said('client-address')).toMatch(
      /^fail: the phone is shown 127\.0\.0\.1, which is the proxy’s/,
    )
  })
})

describe.concurrent('a public URL', () => {
  const strange = async (status: number, headers = {}) => {
    const port = await quietPort()
    const server = createServer((_, response) => response.writeHead(status, headers).end('<h1>Hello</h1>'))
    server.listen(port, '127.0.0.1')
    ends.push(() => server.close())
    return diagnose({ SCANLOGIN_PUBLIC_URL: `http://127.0.0.1:${port}` }, quick)
  }

  it('leads nowhere, or to a name that there is not', async () => {
    const nowhere = await diagnose({ SCANLOGIN_PUBLIC_URL: `http://127.0.0.1:${await quietPort()}` }, quick)
    expect(nowhere.said('site')).toMatch(/^fail: .*ECONNREFUSED$/)
    expect(nowhere.summary).toEqual({ ok: 0, warn: 0, fail: 1, skipped: 4 })
    const unknown = await diagnose({ SCANLOGIN_PUBLIC_URL: 'https://no-such-name.invalid' }, 'site')
    expect(unknown.of('site')[0]?.remedy).toContain('DNS')
  })

  it('leads to somebody else', async () => {
    expect((await strange(404)).said('site')).toMatch(/^fail: .* answers 404, and not as this server does$/)
    expect((await strange(200)).said('site')).toMatch(/^fail: .* answers 200, and not as this server does$/)
    expect((await strange(301, { location: 'https://www.example.com/?a=b' })).said('site')).toMatch(
      /^fail: .* is sent on to https:\/\/www\.example\.com\/$/,
    )
    expect((await strange(502)).of('site')[0]?.remedy).toContain('compare its upstream')
  })

  it('leads to a server that goes by another one', async () => {
    const server = await startServer({ SCANLOGIN_PUBLIC_URL: 'https://other.example.com' })
    const { said } = await diagnose({ SCANLOGIN_PUBLIC_URL: server.url }, 'site')
    expect(said('site')).toContain('whose own SCANLOGIN_PUBLIC_URL is https://other.example.com')
  })

  it('leads to a server without its store', async () => {
    const redis = await startRedis()
    const server = await startServer({ SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}` })
    await redis.crash()
    const { of } = await diagnose({ SCANLOGIN_PUBLIC_URL: server.url }, 'site')
    expect(of('site')[0]?.remedy).toBe('The server there does not reach its store.')
  })

  it('is plain http, and not on this machine', async () => {
    const port = await quietPort()
    await startServer({ HOST: '0.0.0.0', PORT: String(port), SCANLOGIN_API_KEY: apiKey })
    const { said } = await diagnose(
      { SCANLOGIN_PUBLIC_URL: `http://0.0.0.0:${port}`, SCANLOGIN_API_KEY: apiKey },
      'tls,client-address',
    )
    expect(said('tls')).toMatch(/^warn: SCANLOGIN_PUBLIC_URL is plain http/)
    expect(said('client-address')).toMatch(/^skipped: it takes the API key .* and that stays here/)
  })
})

describe.concurrent('TLS', () => {
  const front = async (days: number, server = '') => {
    const { folder, remove } = signItself(days)
    ends.push(remove)
    const { env } = await startFront({ tls: folder, server, env: { NODE_ENV: 'production' } })
    return { env, trusting: { ...env, NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') } }
  }
  const only = ['--only', 'site,tls,hsts,cookies', '--json']
  const verdicts = (stdout: string) =>
    JSON.parse(stdout).findings.map(({ verdict, found }: { verdict: string; found: string }) => `${verdict}: ${found}`)

  it('is refused where the certificate has signed itself', async () => {
    const { env } = await front(90)
    const { said, of } = await diagnose(env, 'site,tls')
    expect(said('site')).toMatch(/^fail: .*SELF_SIGNED/)
    expect(of('site')[0]?.remedy).toContain('certificate')
    expect(said('tls')).toBe('skipped: the site was not reached')
  })

  it('is well with a trusted certificate, HSTS and a cookie for this host alone', async () => {
    const { trusting } = await front(90, 'add_header Strict-Transport-Security max-age=31536000 always;')
    const { code, stdout } = await runDoctor(trusting, only)
    expect(verdicts(stdout)).toEqual([
      expect.stringMatching(/^ok: https:/),
      expect.stringMatching(/^ok: TLSv1\.[23], and the certificate is valid for (89|90) days$/),
      'ok: Strict-Transport-Security: max-age=31536000',
      'ok: __Host-scanlogin-…',
    ])
    expect(code).toBe(0)
  })

  it('is about to end, and browsers forget about it at once', async () => {
    const { trusting } = await front(5, 'add_header Strict-Transport-Security max-age=300 always;')
    const { code, stdout } = await runDoctor(trusting, only)
    expect(verdicts(stdout).slice(1, 3)).toEqual([
      expect.stringMatching(/^warn: .* valid for [45] days$/),
      'warn: Strict-Transport-Security lasts 300 s only',
    ])
    expect(code).toBe(1)
  })
})

describe('HAProxy and Caddy', () => {
  it('HAProxy says when it reaches nobody', async () => {
    const port = await quietPort()
    await startProgram({
      program: 'haproxy',
      port,
      args: folder => ['-db', '-f', join(folder, 'haproxy.cfg')],
      files: () => ({
        'haproxy.cfg': `defaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s
frontend f\n bind 127.0.0.1:${port}\n default_backend b
backend b\n server one 127.0.0.1:1\n`,
      }),
    })
    const { said } = await diagnose({ SCANLOGIN_PUBLIC_URL: `http://127.0.0.1:${port}` }, 'site')
    expect(said('site')).toMatch(/^fail: .*: the proxy answers 503$/)
  })
})
