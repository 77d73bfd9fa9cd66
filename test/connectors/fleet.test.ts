/** Several server processes on one Redis, and what is counted at each. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { startWechatSimulator, type WechatSimulator } from '../../packages/server/src/simulator/index.ts'
import { freePort } from '../free-port.ts'
import { endRedis, until as eventually, startRedis } from '../redis/servers/child.ts'
import { type Running, startServer } from '../start.ts'
import { jar, settingsFor, startServerSite, troubleIn } from './server-site.ts'

afterEach(() => endRedis())

const start = '/connect/wechat/start'

describe('several processes', { timeout: 90_000 }, () => {
  it('exchange a code once, and give one session, whichever of them gets the callback and how often', async () => {
    const { nodes, control } = await startNodes(3)
    const browser = nodes.map(node => jar(`http://localhost:${node.port}`))
    const [first] = browser
    const begun = await first?.get(start)
    await (await fetch(begun?.location ?? '')).text()
    const { pathname, search } = new URL(control.website.signIn('xiaoman').callback)
    for (const other of browser) for (const [name, value] of first?.cookies ?? []) other.cookies.set(name, value)
    const replies = await Promise.all(browser.flatMap(one => [one.get(pathname + search), one.get(pathname + search)]))
    expect(replies.map(({ status, location }) => [status, location])).toEqual(replies.map(() => [303, '/']))
    expect(new Set(browser.map(one => one.cookies.get('scanlogin-session'))).size).toBe(1)
    expect(control.calls('/sns/oauth2/access_token')).toHaveLength(1)
  })

  it('say that a sign-in was interrupted whose process has died with the code', async () => {
    const { nodes, control } = await startNodes(2)
    const [doomed, other] = nodes
    const browser = jar(`http://localhost:${doomed?.port}`)
    const { location } = await browser.get(start)
    await (await fetch(location)).text()
    const { pathname, search } = new URL(control.website.signIn('aju').callback)
    control.fault({ match: '/sns/oauth2/access_token', action: 'hang' })
    const lost = browser.get(pathname + search).catch(() => undefined)
    await eventually('WeChat is asked', () => control.calls('/sns/oauth2/access_token').length === 1)
    doomed?.signal('SIGKILL')
    await lost
    const elsewhere = jar(`http://localhost:${other?.port}`)
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value)
    const reply = await elsewhere.get(pathname + search)
    expect([reply.status, troubleIn(reply.text)]).toEqual([503, 'interrupted'])
    expect(control.calls('/sns/oauth2/access_token')).toHaveLength(1)
  })
})

describe('the metrics', () => {
  it('count attempts by how they ended, and time the calls to WeChat', async () => {
    const port = await freePort()
    const site = await startServerSite({ SCANLOGIN_METRICS: String(port) })
    const browser = site.newJar()
    for (const action of [undefined, 'usedCode'] as const) {
      const { location } = await browser.get(start)
      await (await fetch(location)).text()
      if (action) site.control.fault({ match: '/sns/', action })
      await browser.get(site.control.website.signIn('river').callback)
    }
    const shown = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const attempts = 'scanlogin_connector_attempts_total'
    expect(shown).toContain(`${attempts}{provider="wechat",way="website",outcome="started",code=""} 2`)
    expect(shown).toContain(`${attempts}{provider="wechat",way="website",outcome="identified",code=""} 1`)
    expect(shown).toContain(`${attempts}{provider="wechat",way="website",outcome="refused",code="code_rejected"} 1`)
    const calls = 'scanlogin_provider_call_seconds_count'
    expect(shown).toContain(`${calls}{provider="wechat",call="/api/sns/oauth2/access_token",result="200"} 2`)
    const refused = 'scanlogin_provider_refusals_total'
    expect(shown).toContain(`${refused}{provider="wechat",call="/api/sns/oauth2/access_token",code="code_rejected"} 1`)
    expect(shown).toMatch(/scanlogin_http_requests_total\{[^}]*route="\/connect\/\{provider\}\/start"/)
    expect(shown).not.toMatch(/state=|code=[^"]/)
  })
})

async function startNodes(count: number): Promise<{ nodes: readonly Running[]; control: WechatSimulator['control'] }> {
  const simulator = await startWechatSimulator()
  onTestFinished(() => simulator.stop())
  const redis = await startRedis()
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-fleet-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const shared = {
    ...settingsFor(simulator.url, folder),
    SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`,
    SCANLOGIN_PUBLIC_URL: 'http://localhost:9',
  }
  const nodes: Running[] = []
  for (let node = 0; node < count; node++) {
    const server = await startServer(shared)
    onTestFinished(async () => {
      await server.stop()
    })
    nodes.push(server)
  }
  return { nodes, control: simulator.control }
}
