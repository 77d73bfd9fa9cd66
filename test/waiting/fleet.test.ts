/** Nodes that come and go while people sign in. @see docs/configuration.md, "Behind a proxy". */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import type { ScriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { freePort } from '../free-port.ts'
import { scrape } from '../metrics/exposition.ts'
import { endRedis, type RedisProcess, startRedis } from '../redis/servers/child.ts'
import { endServers } from '../server/server.ts'
import { type Fleet, pause, startFleet } from './fleet.ts'

let redis: RedisProcess
let fleet: Fleet

beforeEach(async () => {
  redis = await startRedis()
})

afterEach(async () => {
  fleet.close()
  await endServers()
  await endRedis()
})

describe('three nodes that are restarted one after the other under load', () => {
  it('lose no sign-in, reset no connection and fail no call', async () => {
    fleet = await startFleet(redis.port, 3, { SCANLOGIN_DRAIN_DELAY: '1' })
    let rolling = true
    let finished = 0
    const people = Array.from({ length: 40 }, async (_, at) => {
      while (rolling) {
        await signIn(fleet, at % 2 ? waitByPoll : waitByStream)
        finished++
      }
    })
    // These wait through all of it, wherever they are sent, and are scanned in the end.
    let decideNow = () => {}
    const decision = new Promise<void>(resolve => {
      decideNow = resolve
    })
    const patient = Array.from({ length: 40 }, (_, at) => {
      return signIn(fleet, at % 2 ? waitByPoll : waitByStream, decision)
    })
    const codes: (number | null)[] = []
    for (const node of [...fleet.nodes]) {
      await fleet.add()
      codes.push(await fleet.retire(node))
    }
    rolling = false
    decideNow()
    await Promise.all([...people, ...patient])
    expect(codes).toEqual([0, 0, 0])
    expect({ broken: fleet.broken, failed: fleet.failed }).toEqual({ broken: [], failed: [] })
    expect(finished).toBeGreaterThan(40)
  }, 60_000)
})

describe('a node that is killed', () => {
  it('takes no sign-in with it: browsers that waited there go on elsewhere with the same ticket', async () => {
    fleet = await startFleet(redis.port, 1)
    const metrics = await freePort()
    const doomed = await fleet.add({ SCANLOGIN_METRICS: String(metrics) })
    fleet.prefer(doomed)
    const waits = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const browser = fleet.newBrowser()
        await browser.create()
        return { browser, id: browser.ticket.id, over: stubbornly(() => waitByPoll(browser)) }
      }),
    )
    const waiting = async () => (await scrape(metrics)).value('scanlogin_waiting_browsers')
    await vi.waitFor(async () => expect(await waiting()).toBe(300), patience)
    fleet.prefer(undefined)
    await fleet.kill(doomed)
    await vi.waitFor(() => expect(fleet.broken.length).toBe(300), patience)
    const redeemed = await Promise.all(
      waits.map(async ({ browser, id, over }) => {
        const phone = fleet.newPhone('Dora')
        await stubbornly(() => decide(browser, phone))
        await over
        expect(browser.ticket.id).toBe(id)
        return (await browser.redeem()).status
      }),
    )
    expect(redeemed.filter(status => status !== 200)).toEqual([])
  }, 60_000)
})

const patience = { timeout: 20_000, interval: 50 }

type Wait = (browser: ScriptedBrowser) => Promise<void>

/** People take their time, so that nodes are left in the middle of everything. */
const inAMoment = () => pause(Math.random() * 2000)

async function signIn({ newBrowser, newPhone }: Fleet, wait: Wait, decision = inAMoment()): Promise<void> {
  const browser = newBrowser()
  await browser.create()
  const [{ status }] = await Promise.all([
    wait(browser).then(() => browser.redeem()),
    decision.then(async () => decide(browser, newPhone('Ed'))),
  ])
  if (status !== 200) throw new Error(`redeem was answered with ${status}`)
}

async function decide(browser: ScriptedBrowser, phone: ScriptedPhone): Promise<void> {
  const scan = await phone.type(browser.ticket.user_code)
  await pause(Math.random() * 500)
  const confirm = await phone.confirm()
  if (scan.status !== 200 || confirm.status !== 200) throw new Error(`${scan.text} ${confirm.text}`)
}

/** As `scanlogin/client` does it: hold, and where nothing is held wait as long as the server says. */
async function waitByPoll(browser: ScriptedBrowser): Promise<void> {
  for (let version = 1; ; ) {
    const { status, body } = await browser.wait(version, 25)
    if (status !== 200) throw new Error(`a wait was answered with ${status}`)
    if (body.state === 'confirmed') return
    if (body.version === version) await pause((body.poll_after ?? 1) * 1000)
    version = body.version ?? version
  }
}

async function waitByStream(browser: ScriptedBrowser): Promise<void> {
  for (;;) {
    const events = await browser.stream()
    if (events.status !== 200) throw new Error(`a stream was answered with ${events.status}`)
    for (let event = await events.next(); event; event = await events.next()) {
      if (event.ticket.state === 'confirmed') return events.close()
    }
    await pause(Math.random() * 500)
  }
}

/** Tries again, each time after a moment of its own, as every client of a network has to. */
async function stubbornly(attempt: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      if (tries === 10) throw error
      await pause(Math.random() * 500)
    }
  }
}
