/** The server with an endpoint: what it tells of a sign-in, and what its operator can see and do about webhooks. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createActors } from '../../../packages/scanlogin/src/testing/actors.ts'
import { freePort } from '../../free-port.ts'
import { scrape } from '../../metrics/exposition.ts'
import { until } from '../../redis/servers/child.ts'
import { endServers, type RunningServer, runServer, startServer } from '../../server/server.ts'
import { apiKey } from '../../start.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let receiver: Receiver
let folder: string
let env: Record<string, string>

beforeEach(async () => {
  receiver = await startReceiver()
  folder = mkdtempSync(join(tmpdir(), 'scanlogin-webhooks-'))
  const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
  env = {
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_LOG_LEVEL: 'error',
    SCANLOGIN_WEBHOOKS: JSON.stringify([{ name: 'shop', url: `${receiver.url}/with-a-secret`, secret }]),
    SCANLOGIN_WEBHOOKS_DATABASE: `file:${join(folder, 'webhooks.db')}`,
    SCANLOGIN_WEBHOOKS_PRIVATE: '127.0.0.1',
  }
})

afterEach(async () => {
  await endServers()
  await receiver.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe('a server', () => {
  it('shows what waits to be told', async () => {
    const port = await freePort()
    const server = await startServer({ ...env, SCANLOGIN_METRICS: String(port) })
    receiver.answer(response => response.writeHead(500).end())
    const { browser } = peopleAt(server)
    await browser.create()
    await browser.cancel()
    await until('it was tried', () => receiver.calls.length > 0)
    const shown = await scrape(port)
    expect(shown.value('scanlogin_webhooks{state="waiting"}')).toBe(1)
    expect(shown.value('scanlogin_webhooks{state="dead"}')).toBe(0)
    expect(shown.value('scanlogin_webhook_oldest_seconds')).toBeGreaterThan(0)
    await until('it has left the outbox', async () => (await scrape(port)).value('scanlogin_outbox_depth') === 0)
    expect((await scrape(port)).value('scanlogin_outbox_delivered_total')).toBe(1)
  })

  it('tells its endpoint of a sign-in, and an operator of what became of it', async () => {
    const server = await startServer(env)
    const { browser, phone } = peopleAt(server)
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    await until('it has come', () => receiver.calls.length === 1)
    const id = `evt_${browser.ticket.id}_4`
    expect(JSON.parse(receiver.calls[0]?.body ?? '')).toMatchObject({ id, type: 'ticket.redeemed' })
    await until('it is written down', async () => (await list(server, 'delivered')).length === 1)
    expect(await list(server, 'delivered')).toMatchObject([{ id: `${id}.shop`, tries: 1, last_result: 'answered 204' }])
    expect((await ask(server, 'POST', `/deliveries/${id}.shop/replay`)).status).toBe(202)
    await until('it has come again', () => receiver.calls.length === 2)
    expect(receiver.calls[1]?.headers['webhook-id']).toBe(id)
    const endpoints = await (await ask(server, 'GET', '/endpoints')).text()
    expect(JSON.parse(endpoints).endpoints).toMatchObject([{ name: 'shop', disabled: false, breaker: 'closed' }])
    expect(endpoints).not.toContain('with-a-secret')
  })

  it('shows webhooks to nobody without the API key, and to nobody what is in them', async () => {
    const server = await startServer(env)
    for (const key of ['', 'k'.repeat(44)]) {
      for (const path of ['/deliveries', '/endpoints']) expect((await ask(server, 'GET', path, key)).status).toBe(401)
      expect((await ask(server, 'POST', '/deliveries/x/replay', key)).status).toBe(401)
    }
    expect((await ask(server, 'POST', '/deliveries/x/replay')).status).toBe(404)
    expect((await ask(server, 'POST', '/endpoints/x/enable')).status).toBe(404)
    expect((await ask(server, 'GET', '/deliveries?state=lost')).status).toBe(400)
  })

  it('shows and replays dead letters on the command line, while it runs', async () => {
    const server = await startServer(env)
    receiver.answer(response => response.writeHead(410).end())
    const { browser } = peopleAt(server)
    await browser.create()
    await browser.cancel()
    await until('it was refused', async () => (await list(server, 'dead')).length === 1)
    const id = `evt_${browser.ticket.id}_2.shop`
    const listed = await runServer(env, ['webhooks', 'list'])
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining(`${id}  ticket.cancelled`)])
    const json = await runServer(env, ['webhooks', 'list', 'dead', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject([{ id, state: 'dead' }])
    receiver.answer(response => response.writeHead(200).end())
    expect((await runServer(env, ['webhooks', 'enable', 'shop'])).code).toBe(0)
    expect((await runServer(env, ['webhooks', 'replay', 'dead'])).stdout).toContain('1 will be sent again')
    await until('it has come again', () => receiver.calls.length === 2)
    expect((await runServer(env, ['webhooks', 'replay', 'evt_NONE_2.shop'])).code).toBe(1)
    expect((await runServer(env, ['webhooks', 'lose'])).code).toBe(2)
  })

  it('says on the command line how many there are of the other kinds, where there is none of one', async () => {
    const server = await startServer(env)
    const { browser } = peopleAt(server)
    await browser.create()
    await browser.cancel()
    await until('it was taken', async () => (await list(server, 'delivered')).length === 1)
    const { code, stdout } = await runServer(env, ['webhooks', 'list'])
    expect([code, stdout]).toEqual([0, 'No webhook is dead. Waiting: 0, delivered: 1, dead: 0.\n'])
  })

  it('says on the command line that no webhooks are set up where none are, and makes no journal for that', async () => {
    const { SCANLOGIN_WEBHOOKS: _, ...without } = env
    const said = expect.stringContaining('SCANLOGIN_WEBHOOKS is not set')
    expect(await runServer(without, ['webhooks', 'list'])).toMatchObject({ code: 0, stdout: said })
    expect(await runServer(without, ['webhooks', 'replay', 'dead'])).toMatchObject({ code: 1, stdout: said })
    expect(await runServer(without, ['webhooks', 'replay', 'dead', '--json'])).toMatchObject({ code: 1, stdout: said })
    expect(await runServer(without, ['webhooks', 'enable', 'shop'])).toMatchObject({ code: 1, stdout: said })
    expect(await runServer(without, ['webhooks', 'list', '--json'])).toMatchObject({ code: 0, stdout: '[]\n' })
    expect(existsSync(join(folder, 'webhooks.db'))).toBe(false)
  })

  it('does not start with a journal that cannot be opened, and says which setting it is', async () => {
    const { code, stderr } = await runServer({ ...env, SCANLOGIN_WEBHOOKS_DATABASE: `file:${folder}/none/webhooks.db` })
    expect([code, stderr]).toEqual([1, expect.stringContaining('SCANLOGIN_WEBHOOKS_DATABASE')])
  })
})

function peopleAt({ url, origin }: RunningServer) {
  return createActors({ url: `${url}/v1`, origin, apiKey, proof: 'bearer' })
}

function ask({ url }: RunningServer, method: string, path: string, key = apiKey) {
  const headers: Record<string, string> = key === '' ? {} : { authorization: `Bearer ${key}` }
  return fetch(`${url}/webhooks${path}`, { method, headers })
}

async function list(server: RunningServer, state: string): Promise<unknown[]> {
  const { deliveries } = (await (await ask(server, 'GET', `/deliveries?state=${state}`)).json()) as {
    deliveries: unknown[]
  }
  return deliveries
}
