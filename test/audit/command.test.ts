/** `scanlogin audit` as it is installed, against the server as it is installed, and against one that is broken. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { apiKey, type Running, startServer } from '../start.ts'
import { web } from './broken/web.ts'
import { openSite, origin } from './site.ts'

const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))
const verdicts = ['pass', 'fail', 'warn', 'skipped']

describe('the audit command', () => {
  let server: Running
  let own: string[]

  beforeAll(async () => {
    server = await startServer()
    own = [`${server.url}/v1`, '--origin', server.server.origin ?? '']
  })

  afterAll(() => server.stop())

  it('finds nothing wrong with our own server, and ends with 0', async () => {
    const { code, stdout, stderr } = await run(own)
    expect(stdout).not.toMatch(/^(fail|warn) /m)
    expect(stdout).toMatch(/^pass {4}sign-in /m)
    expect(stdout).toMatch(/\d+ pass, 0 fail, 0 warn, \d+ skipped; \d+ requests\n$/)
    expect([code, stderr]).toEqual([0, ''])
    // No colours where no terminal is.
    expect(stdout).not.toContain('\u001b')
  })

  it('tells it as JSON too, with the progress beside it', async () => {
    const { code, stdout, stderr } = await run([...own, '--json', '--only', 'cors,limits,expiry'])
    const report = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(Object.keys(report)).toEqual(['url', 'origin', 'summary', 'requests', 'findings'])
    expect(Object.keys(report.summary)).toEqual(verdicts)
    expect(report.findings.map(({ id, verdict }: { id: string; verdict: string }) => [id, verdict])).toEqual([
      ['cors', 'pass'],
      ['limits', 'pass'],
      ['expiry', 'skipped'],
    ])
    const [{ evidence, ...finding }] = report.findings
    expect(Object.keys(finding)).toEqual(['id', 'title', 'verdict', 'reference', 'remarks', 'advice'])
    expect(Object.keys(evidence[0].request)).toEqual(['method', 'url', 'headers'])
    expect(Object.keys(evidence[0].answer)).toEqual(['status', 'headers', 'body'])
    expect(stderr).toBe('cors\nlimits\nexpiry\n')
  })

  it('ends with 1 where something is wrong, and shows it without a secret', async () => {
    const broken = web.find(({ check }) => check === 'ticket-cookie')
    const proxy = await listen(getRequestListener(openSite({ ...(broken && { breaking: broken.breaking }) }).fetch))
    try {
      const { code, stdout } = await run([`${proxy.url}/v1`, '--origin', origin, '--only', 'ticket-cookie,cors'])
      expect(code).toBe(1)
      expect(stdout).toMatch(/^fail {4}ticket-cookie /m)
      expect(stdout).toContain('FAIL ticket-cookie (T1, T9)')
      expect(stdout).toMatch(/found: scripts can read the cookie __Host-scanlogin-\w+: it has no HttpOnly/)
      expect(stdout).toMatch(/< set-cookie: __Host-scanlogin-\w+=\[secret\]; /)
      expect(stdout).toContain('1 pass, 1 fail, 0 warn, 0 skipped')
    } finally {
      proxy.close()
    }
  })

  it('follows nobody who sends it elsewhere', async () => {
    let visits = 0
    const elsewhere = await listen((_, response) => {
      visits++
      response.end()
    })
    const sending = await listen((_, response) => response.writeHead(307, { location: elsewhere.url }).end())
    try {
      const { code, stderr } = await run([`${sending.url}/v1`])
      expect([code, visits]).toEqual([2, 0])
      expect(stderr).toContain('was answered 307, not 201')
    } finally {
      elsewhere.close()
      sending.close()
    }
  })

  it('says without an API key what it leaves out', async () => {
    const { code, stdout } = await run([...own, '--only', 'scan-race,cors'], {})
    expect(code).toBe(0)
    expect(stdout).toMatch(/^skipped scan-race .* – phones take part in it: set SCANLOGIN_API_KEY$/m)
  })

  it('lists its checks', async () => {
    const { code, stdout } = await run(['--list', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)[0]).toEqual({
      id: 'sign-in',
      title: expect.any(String),
      reference: 'protocol',
      needs: 'phone',
      slow: false,
    })
    expect((await run(['--list'])).stdout).toMatch(/^stale-code .*\(T2, API key, --slow\)$/m)
  })

  it.each([
    ['no address', [], /scanlogin audit https:/],
    ['an address with a password', ['https://a:b@id.example.com/v1'], /scanlogin audit https:/],
    ['an unknown check', ['http://127.0.0.1:1/v1', '--only', 'cors,everything'], /no check everything/],
    ['an origin with a path', ['http://127.0.0.1:1/v1', '--origin', 'https://a.example/b'], /--origin: write/],
    ['an unknown option', ['--fast'], /--fast/],
    ['nobody there', ['http://127.0.0.1:1/v1'], /was not answered/],
  ])('ends with 2 where there is %s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('ends with 2 where the key is wrong, and does not repeat it', async () => {
    const key = 'k'.repeat(40)
    const { code, stdout, stderr } = await run(own, { SCANLOGIN_API_KEY: key })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('does not know this API key')
    expect(stderr).not.toContain(key)
  })
})

async function listen(listener: RequestListener) {
  const server = createServer(listener)
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

async function run(args: readonly string[], env: Record<string, string> = { SCANLOGIN_API_KEY: apiKey }) {
  const child = spawn(process.execPath, [main, 'audit', ...args], { env })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (stdout += piece))
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}
