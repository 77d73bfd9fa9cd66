/** The server's event stream: every step, by two processes, for consumers who read as they like. */
import { afterEach, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endRedis, startRedis, until } from '../redis/servers/child.ts'
import { endServers, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'

afterEach(async () => {
  await endServers()
  await endRedis()
})

describe('a server with an event stream', () => {
  it('writes every step of a sign-in into it, in their order, and ends as it is told to', async () => {
    const redis = await startRedis()
    const { url, origin, signal, exited } = await startServer({
      SCANLOGIN_API_KEY: apiKey,
      SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`,
      SCANLOGIN_WORKERS: '2',
      SCANLOGIN_EVENTS: 'every',
      SCANLOGIN_EVENT_STREAM: 'team:events',
      SCANLOGIN_LOG_LEVEL: 'error',
    })
    const { browser, phone } = createActors({ url: `${url}/v1`, origin, apiKey, proof: 'bearer' })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    await browser.redeem()
    const read = async () => (await redis.ask('XRANGE', 'team:events', '-', '+')) as [string, string[]][]
    await until('all are there', async () => (await read()).length >= 4)
    const events = (await read()).map(([, [, id, , type]]) => [id, type])
    const { id } = browser.ticket
    expect(events).toEqual([
      [`evt_${id}_1`, 'ticket.created'],
      [`evt_${id}_2`, 'ticket.scanned'],
      [`evt_${id}_3`, 'ticket.confirmed'],
      [`evt_${id}_4`, 'ticket.redeemed'],
    ])
    signal('SIGTERM')
    expect(await exited).toBe(0)
  })
})
