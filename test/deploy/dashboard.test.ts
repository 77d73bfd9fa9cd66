/** The dashboard and the alerts ask a live Prometheus, which reads a server that people sign in at. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { startWechatSimulator } from '../../packages/server/src/simulator/index.ts'
import { jar, troubleIn } from '../connectors/server-site.ts'
import { startReceiver } from '../outbox/webhooks/receiver.ts'
import { endRedis, quietPort, startRedis, until } from '../redis/servers/child.ts'
import { endServers, startServer } from '../server/server.ts'
import { wechatSettings } from '../simulator/wechat.ts'
import { endPrograms, startProgram } from './programs.ts'
import { deployFolder } from './proxies.ts'
import { apiKey } from './site.ts'

const target = z.object({ expr: z.string(), legendFormat: z.string() })
const panel = z.object({ id: z.number(), type: z.string(), title: z.string(), targets: z.array(target).default([]) })
const dashboard = z
  .object({ panels: z.array(panel) })
  .parse(JSON.parse(readFileSync(join(deployFolder, 'grafana/scanlogin.json'), 'utf8')))
const queries = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })))

let prometheus: string

beforeAll(async () => {
  const [port, metricsPort, redis] = await Promise.all([quietPort(), quietPort(), startRedis()])
  const server = await startServer({
    SCANLOGIN_METRICS: String(metricsPort),
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`,
    ...(await startEverybodyElse()),
  })
  await startPrometheus(port, metricsPort)
  prometheus = `http://127.0.0.1:${port}`
  const people = () => createActors({ url: `${server.url}/v1`, apiKey, origin: server.origin, proof: 'bearer' })
  // Rates need two samples, with something between them.
  await until('the first sample', async () => (await ask('scanlogin_build_info')).length > 0)
  await refuse(people)
  for (const end = Date.now() + 4000; Date.now() < end; ) await Promise.all([signIn(people), comeByWechat(server.url)])
  await until('a rate', async () => (await ask('rate(scanlogin_store_conflicts_total[20s])')).length > 0)
})

const ends: (() => unknown)[] = []

afterAll(async () => {
  await endPrograms()
  await endServers()
  await endRedis()
  for (const end of ends) await end()
})

describe('the dashboard', () => {
  it.each(queries)('$title: $expr has an answer', async ({ expr }) => {
    const answer = await ask(expr.replaceAll('$__rate_interval', '60s').replaceAll('$instance', '.*'))
    expect(answer.length).toBeGreaterThan(0)
    expect(answer.some(({ value: [, text] }) => Number.isFinite(Number(text)))).toBe(true)
  })

  it('has no panel without a query, and none twice', () => {
    const shown = dashboard.panels.filter(({ type }) => type !== 'row')
    expect(shown.filter(({ targets }) => targets.length === 0)).toEqual([])
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  it('shows every metric of ours', async () => {
    const names = z.array(z.string()).parse(await call('/api/v1/label/__name__/values'))
    const asked = queries.map(({ expr }) => expr).join('\n')
    // A histogram is asked by its buckets or its count.
    const ours = names.filter(
      name => /^scanlogin_(?!.*_(sum|count|bucket)$)/.test(name) || /^scanlogin_.*_bucket$/.test(name),
    )
    expect(ours.filter(name => !asked.includes(name.replace(/_bucket$/, '_')))).toEqual([])
  })
})

describe('the alerts', () => {
  const text = readFileSync(join(deployFolder, 'prometheus/alerts.yml'), 'utf8')

  it('ask for nothing that the server does not show', async () => {
    const names = new Set(z.array(z.string()).parse(await call('/api/v1/label/__name__/values')))
    const asked = new Set([...text.matchAll(/(?<![\w:])(scanlogin|nodejs|process)_\w+/g)].map(([name]) => name))
    expect(asked.size).toBeGreaterThan(10)
    expect([...asked].filter(name => !names.has(name))).toEqual([])
  })

  it('are silent at a server that is well', async () => {
    const groups = z.object({ groups: z.array(z.object({ rules: z.array(z.object({ health: z.string() })) })) })
    await until('every rule was asked', async () => {
      const { groups: asked } = groups.parse(await call('/api/v1/rules'))
      return asked.flatMap(({ rules }) => rules).every(({ health }) => health === 'ok')
    })
    expect(await ask('ALERTS{alertstate="firing"}')).toEqual([])
  })
})

/** A simulated WeChat, a receiver of webhooks, and a folder for what is kept: the settings that lead there. */
async function startEverybodyElse(): Promise<Record<string, string>> {
  const [wechat, receiver] = await Promise.all([startWechatSimulator(), startReceiver()])
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-dashboard-'))
  ends.push(wechat.stop, receiver.stop, () => rmSync(folder, { recursive: true }))
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
  return {
    SCANLOGIN_DATABASE: `file:${join(folder, 'accounts.db')}`,
    SCANLOGIN_WEBHOOKS: JSON.stringify([{ name: 'shop', url: receiver.url, secret }]),
    SCANLOGIN_WEBHOOKS_DATABASE: `file:${join(folder, 'webhooks.db')}`,
    SCANLOGIN_WEBHOOKS_PRIVATE: '127.0.0.1',
    ...wechatSettings(wechat.url),
  }
}

/** Somebody comes back from WeChat with a code that there never was. */
async function comeByWechat(url: string): Promise<void> {
  const browser = jar(url)
  const { searchParams } = new URL((await browser.get('/connect/wechat/start')).location)
  const callback = new URL(searchParams.get('redirect_uri') ?? '')
  const { text } = await browser.get(`${callback.pathname}?code=made-up&state=${searchParams.get('state')}`)
  expect(troubleIn(text)).toBe('code_rejected')
}

/** A Prometheus with our rules, which reads and judges every half second. */
function startPrometheus(port: number, metricsPort: number) {
  return startProgram({
    program: 'prometheus',
    port,
    args: folder => [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'samples')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    files: () => ({
      'prometheus.yml': `global: { scrape_interval: 500ms, evaluation_interval: 500ms }
rule_files: [${join(deployFolder, 'prometheus/alerts.yml')}]
scrape_configs:
  - job_name: scanlogin
    static_configs: [{ targets: ['127.0.0.1:${metricsPort}'] }]
`,
    }),
  })
}

/** A denial and a cancel: one of each, because an alert would notice many. */
async function refuse(people: () => Actors): Promise<void> {
  const { browser, phone, stranger } = people()
  await browser.create()
  await phone.scan(browser.ticket.qr.url)
  await phone.deny()
  await stranger.browser.create()
  await stranger.browser.cancel()
}

/** With somebody else who scans too, and a browser that waits by each way. */
async function signIn(people: () => Actors): Promise<void> {
  const { browser, phone, stranger } = people()
  await browser.create()
  const events = await browser.stream()
  await events.next()
  const heard = browser.wait(1, 25)
  await phone.scan(browser.ticket.qr.url)
  await stranger.phone.scan(browser.ticket.qr.url)
  await heard
  const told = browser.wait(3, 25)
  await phone.confirm()
  await told
  await browser.redeem()
  while (await events.next()) {
    // Until the server ends it.
  }
}

const samples = z.array(
  z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
)

async function ask(query: string) {
  const { result } = z
    .object({ result: z.unknown() })
    .parse(await call(`/api/v1/query?query=${encodeURIComponent(query)}`))
  return samples.parse(result)
}

async function call(path: string): Promise<unknown> {
  const answer = await fetch(prometheus + path)
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(text)
  return z.object({ data: z.unknown() }).parse(JSON.parse(text)).data
}
