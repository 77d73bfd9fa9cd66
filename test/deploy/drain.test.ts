/** A rolling restart of two processes behind each proxy of `deploy/`, while people sign in: nobody sees it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endRedis, type RedisProcess, startRedis } from '../redis/servers/child.ts'
import { endServers } from '../server/server.ts'
import { endPrograms } from './programs.ts'
import { type ProxiedSite, startSite } from './site.ts'

let redis: RedisProcess

beforeAll(async () => {
  redis = await startRedis()
})

afterAll(async () => {
  await endPrograms()
  await endServers()
  await endRedis()
})

describe.concurrent.each(['nginx', 'haproxy', 'caddy'] as const)('behind %s', name => {
  it('a rolling restart under load costs no sign-in and shows no error', async () => {
    const env = { SCANLOGIN_STORE: `redis://127.0.0.1:${redis.port}`, SCANLOGIN_DRAIN_DELAY: '5' }
    const site = await startSite(name, { processes: 2, env })
    const crowd = startCrowd(site)
    await crowd.signIns(10)
    for (const server of site.servers) {
      server.signal('SIGTERM')
      expect(await server.exited).toBe(0)
      // The other one carries all of it for a while.
      await crowd.signIns(10)
      await site.startAgain(server)
      await crowd.signIns(10)
    }
    const { wrong, waits } = await crowd.end()
    expect(wrong).toEqual([])
    // Somebody was waiting at each process when it went down, and came back.
    expect(waits).toBeGreaterThan(0)
  }, 90_000)
})

/** People who sign in one after the other, some by long poll, and count whatever is not as it should be. */
function startCrowd(site: ProxiedSite) {
  const wrong: string[] = []
  let signIns = 0
  let waits = 0
  let ended = false

  async function one(): Promise<void> {
    const { browser, phone } = site.people()
    const expected = async (step: string, call: Promise<{ status: number; text: string }>, status: number) => {
      // A connection that breaks off is as bad as a 502.
      const reply = await call.catch((error: Error) => ({ status: 0, text: String(error.cause ?? error) }))
      if (reply.status !== status) wrong.push(`${step}: ${reply.status} ${reply.text.slice(0, 200)}`)
      return reply.status === status
    }
    if (!(await expected('create', browser.create(), 201))) return
    const heard = (since: number) => expected('wait', until(since), 200)
    const until = async (since: number) => {
      for (;;) {
        const reply = await browser.wait(since, 25)
        if (reply.status !== 200 || Number(reply.body.version) > since) return reply
        // It was let go, because its process goes down.
        waits++
      }
    }
    const scanned = heard(1)
    await pause(Math.random() * 300)
    await expected('scan', phone.scan(browser.ticket.qr.url), 200)
    await scanned
    const confirmed = heard(2)
    await expected('confirm', phone.confirm(), 200)
    await confirmed
    if (await expected('redeem', browser.redeem(), 200)) signIns++
  }

  const people = Array.from({ length: 16 }, async () => {
    while (!ended) await one()
  })
  const sleepers = Array.from({ length: 8 }, () => site.people().browser)
  const sleeping = sleepers.map(async browser => {
    await browser.create()
    for (let state: string | undefined = 'pending'; state === 'pending'; ) {
      const { status, body } = await browser.wait(1, 25)
      if (status !== 200) wrong.push(`a long wait: ${status}`)
      if (!ended && body.state === 'pending') waits++
      state = body.state
    }
  })

  return {
    /** Resolves after so many sign-ins more. */
    async signIns(count: number) {
      for (const goal = signIns + count; signIns < goal && wrong.length === 0; ) await pause(20)
    },
    async end() {
      ended = true
      await Promise.all(sleepers.map(browser => browser.cancel()))
      await Promise.all([...people, ...sleeping])
      return { wrong, waits }
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
