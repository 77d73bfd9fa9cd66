/** What an administrator does from the console, on every node. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'
import { type Administrator, administrator, consoleKey } from './administrator.ts'

let env: Record<string, string>
let here: RunningServer
let there: RunningServer
let admin: Administrator

beforeAll(async () => {
  const redis = await startRedis()
  env = {
    SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`,
    SCANLOGIN_CONSOLE_KEY: consoleKey,
    SCANLOGIN_API_KEY: apiKey,
  }
  here = await startServer(env)
  there = await startServer(env)
  admin = administrator(here)
  await admin.enter()
})

afterAll(async () => {
  await endServers()
  await endRedis()
})

const peopleOf = ({ url, origin }: RunningServer) => createActors({ url: `${url}/v1`, origin, apiKey })

/** Asks until a node has heard of it. */
async function beginsWith(server: RunningServer, status: number) {
  for (;;) {
    const reply = await peopleOf(server).browser.create()
    if (reply.status === status) return reply
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

describe('an administrator', () => {
  it('stops new sign-ins on every node, also on one that starts later, until they may begin again', async () => {
    const begun = peopleOf(there)
    await begun.browser.create()
    expect(
      (await admin.call('POST', '/console/halt', { body: { reason: 'Codes are being sent around' } })).status,
    ).toBe(204)
    for (const server of [here, there, await startServer(env)]) {
      const refused = await beginsWith(server, 429)
      expect(refused.body).toMatchObject({ code: 'rate_limited', detail: 'Codes are being sent around' })
      expect(refused.headers.get('retry-after')).toBe('30')
    }
    // What has begun goes on.
    await begun.phone.scan(begun.browser.ticket.qr.url)
    await begun.phone.confirm()
    expect((await begun.browser.redeem()).status).toBe(200)
    expect((await admin.call('DELETE', '/console/halt')).status).toBe(204)
    await beginsWith(there, 201)
  })

  it('ends the sessions of a user, and nobody else’s', async () => {
    const { browser, phone, stranger } = peopleOf(here)
    for (const [who, whose] of [
      [browser, phone],
      [stranger.browser, stranger.phone],
    ] as const) {
      await who.create()
      await whose.scan(who.ticket.qr.url)
      await whose.confirm()
      await who.redeem()
    }
    const reply = await admin.call('POST', '/console/sign-outs', { body: { user: phone.user?.id } })
    expect(await reply.json()).toEqual({ ended: 1 })
    expect((await browser.call('GET', '/session')).status).toBe(401)
    expect((await stranger.browser.call('GET', '/session')).status).toBe(200)
  })

  it('is who does this, and nobody else, from no other page', async () => {
    const calls = [
      ['POST', '/console/halt', { reason: 'x' }],
      ['DELETE', '/console/halt', undefined],
      ['POST', '/console/sign-outs', { user: 'alice' }],
    ] as const
    for (const [method, path, body] of calls) {
      expect((await administrator(here).call(method, path, { body })).status, path).toBe(401)
      const headers = { origin: 'https://evil.example.com' }
      expect((await admin.call(method, path, { body, headers })).status, path).toBe(403)
    }
    expect((await admin.call('POST', '/console/halt', { body: { reason: ' ' } })).status).toBe(400)
  })
})
