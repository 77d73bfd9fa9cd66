/** One server token for a whole fleet, against the simulated WeChat, on one clock. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCaller } from '../../packages/scanlogin/src/connectors/calls/caller.ts'
import { ConnectorError } from '../../packages/scanlogin/src/connectors/refusal.ts'
import { createAccessTokens } from '../../packages/scanlogin/src/connectors/wechat/access-token/access-tokens.ts'
import type {
  AccessTokenOptions,
  RenewalEvent,
} from '../../packages/scanlogin/src/connectors/wechat/access-token/options.ts'
import { isAsked, recordIn } from '../../packages/scanlogin/src/connectors/wechat/access-token/record.ts'
import { createWechatApi } from '../../packages/scanlogin/src/connectors/wechat/api.ts'
import { LoginError } from '../../packages/scanlogin/src/core/errors.ts'
import type { Ring } from '../../packages/scanlogin/src/core/store.ts'
import { memoryStore } from '../../packages/scanlogin/src/stores/memory.ts'
import { startWechat } from '../simulator/wechat.ts'
import { apps, until } from './wechat.ts'

const minutes = 60_000
const app = apps.account

describe('the first token', () => {
  it('is asked for once, however many nodes and calls want it at the same moment', async () => {
    const { nodes, asked } = await startFleet(20)
    const given = await Promise.all(nodes.flatMap(node => [node.get(), node.get(), node.get()]))
    expect(new Set(given.map(({ token }) => token)).size).toBe(1)
    expect(asked()).toBe(1)
  })

  it('is not waited for longer than the node that asks may take', async () => {
    const { nodes, clock, control, asked } = await startFleet(2)
    const [one, other] = nodes
    control.fault({ match: 'stable_token', action: 'hang' })
    const hanging = one.get()
    await until(() => asked() === 1)
    const both = Promise.allSettled([hanging, other.get()])
    await clock.advance(5000)
    for (const result of await both) expect(result).toMatchObject({ reason: { code: 'provider_silent' } })
  })

  it('is got by another node where the one that asked for it is gone', async () => {
    const { nodes, clock, control, asked } = await startFleet(2, { deadline: 3600 })
    const [killed, other] = nodes
    control.fault({ match: 'stable_token', action: 'hang' })
    void killed.get().catch(() => {})
    await until(() => asked() === 1)
    const waiting = other.get()
    await clock.advance(11_000)
    expect(asked()).toBe(1)
    await clock.advance(2000)
    await until(() => asked() === 2)
    expect((await waiting).token).toMatch(/^91_/)
  })

  it('is not asked for again and again by a fleet that WeChat refuses', async () => {
    const { nodes, clock, control, asked } = await startFleet(8)
    control.setApp({ appid: app.appId, ipWhitelist: ['192.0.2.1'] })
    const tries = await Promise.allSettled(nodes.map(node => node.get()))
    for (const one of tries) expect(one).toMatchObject({ reason: { code: 'misconfigured' } })
    expect(asked()).toBe(1)
    control.setApp({ appid: app.appId, ipWhitelist: null })
    await clock.advance(5000)
    expect((await nodes[0].get()).token).toMatch(/^91_/)
  })
})

describe('a token', () => {
  it('is copied by each node for a minute, and read again then', async () => {
    const { nodes, clock, reads } = await startFleet(1)
    const [node] = nodes
    await node.get()
    await node.get()
    const before = reads()
    for (let i = 0; i < 50; i++) await node.get()
    expect(reads()).toBe(before)
    await clock.advance(60_000)
    await node.get()
    expect(reads()).toBe(before + 1)
  })

  it('costs a node one look at the store, however many of its calls want it at the same moment', async () => {
    const { nodes, reads } = await startFleet(2)
    await nodes[0].get()
    const before = reads()
    await Promise.all(Array.from({ length: 50 }, () => nodes[1].get()))
    expect(reads()).toBe(before + 1)
  })

  it('that is not there is looked for and asked for by one of a node’s calls, for all of them', async () => {
    const { nodes, reads, asked } = await startFleet(1)
    await Promise.all(Array.from({ length: 50 }, () => nodes[0].get()))
    expect([asked(), reads()]).toEqual([1, 2])
  })

  it('is used to the end of its copy while the store is away, and says so itself', async () => {
    const { nodes, clock, away, ringLate } = await startFleet(1)
    const { token } = await nodes[0].get()
    await nodes[0].get()
    away(true)
    ringLate()
    await clock.advance(40_000)
    expect((await nodes[0].get()).token).toBe(token)
    await clock.advance(20_000)
    await expect(nodes[0].get()).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('is looked for no more for a moment, once the store has been away five times in a row', async () => {
    const { nodes, clock, reads, away } = await startFleet(1)
    away(true)
    for (let n = 0; n < 20; n++) await expect(nodes[0].get()).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(reads()).toBe(5)
    away(false)
    await clock.advance(2000)
    expect((await nodes[0].get()).token).toMatch(/^91_/)
  })

  it('lies in the store sealed, and opens with the secret of the app only', async () => {
    const { nodes, store, control, options } = await startFleet(1)
    const { token } = await nodes[0].get()
    const kept = await store.get(`wt:${app.appId}:stable`)
    expect(kept?.value).not.toContain(token)
    expect(kept?.value).not.toContain(app.appSecret)
    control.setApp({ appid: app.appId, secret: 'another0secret00000000000000000' })
    const changed = createAccessTokens({ ...options, app: { ...app, appSecret: 'another0secret00000000000000000' } })
    expect((await changed.get()).token).toBe(token)
    expect(control.calls('stable_token')).toHaveLength(2)
  })
})

describe('a renewal', () => {
  it.each([
    ['stable', 'stable_token', 115],
    ['ordinary', 'cgi-bin/token', 110],
  ] as const)('of a %s token happens once a period, and before the old one ends', async (kind, path, soonest) => {
    const { nodes, clock, control, api, settled } = await startFleet(8, { kind })
    const times: number[] = []
    for (let minute = 0; minute < 240; minute++) {
      const given = await Promise.all(nodes.map(node => node.get()))
      if (minute % 5 === 4) for (const token of new Set(given.map(one => one.token))) await callWith(api, token)
      await settled()
      times[control.calls(path).length - 1] ??= minute
      await clock.advance(minutes)
    }
    // A minute more or less, because a node looks at its own copy for so long.
    expect(times).toHaveLength(3)
    expect(times[1]).toBeGreaterThanOrEqual(soonest)
    expect(times[1]).toBeLessThanOrEqual(soonest + 1)
  })

  it('is one node’s work, and nobody waits for it', async () => {
    const gate: { open?: () => void } = {}
    const { nodes, clock, asked, settled } = await startFleet(8, {
      async fetch(address, init) {
        if (clock.now() > begun) await new Promise<void>(resolve => Object.assign(gate, { open: resolve }))
        return fetch(address, init)
      },
    })
    const begun = clock.now()
    const { token } = await nodes[0].get()
    await clock.advance(116 * minutes)
    for (const node of nodes) expect((await node.get()).token).toBe(token)
    await until(() => gate.open !== undefined)
    for (const node of nodes) expect((await node.get()).token).toBe(token)
    gate.open?.()
    await settled()
    expect((await nodes[0].get()).token).not.toBe(token)
    // They have heard of it, and need not wait for the end of their copies.
    for (const node of nodes) expect(await node.get()).toEqual(await nodes[0].get())
    expect(asked()).toBe(2)
  })

  it('that fails leaves the old token in use until its end', async () => {
    const { nodes, clock, control, events } = await startFleet(4)
    const { token } = await nodes[0].get()
    await clock.advance(116 * minutes)
    control.fault({ match: 'stable_token', action: 'http500', times: 100 })
    for (const node of nodes) expect((await node.get()).token).toBe(token)
    await until(() => events.length > 1)
    for (const node of nodes) expect((await node.get()).token).toBe(token)
    expect(events.map(({ type }) => type)).toEqual(['renewed', 'renewal_failed'])
    await clock.advance(5 * minutes)
    await expect(nodes[0].get()).rejects.toMatchObject({ code: 'provider_unintelligible' })
  })

  it('comes in the middle of a life of 300 seconds', async () => {
    const { nodes, clock, asked, settled } = await startFleet(2, {
      fetch: async (address, init) => {
        const response = await fetch(address, init)
        return Response.json({ ...(await response.json()), expires_in: 300 })
      },
    })
    const times: number[] = []
    for (let second = 0; second < 600; second += 10) {
      for (const node of nodes) await node.get()
      await settled()
      times[asked() - 1] ??= second
      await clock.advance(10_000)
    }
    expect(times).toEqual([0, 150, 300, 450])
  })
})

describe('a token that WeChat refuses', () => {
  it('is replaced once for the whole fleet, and every call succeeds', async () => {
    const { nodes, control, api, asked } = await startFleet(20)
    await Promise.all(nodes.map(node => node.get()))
    control.tokens.voidTokens(app.appId)
    const answers = await Promise.all(nodes.map(node => node.use(token => callWith(api, token))))
    expect(answers.every(answer => answer.errcode === undefined)).toBe(true)
    // One look, at which the simulated WeChat gives another one because it has voided the first by itself.
    expect(asked()).toBe(2)
  })

  it('is replaced by force only where WeChat gives the same one again, and at most once an interval', async () => {
    const { nodes, control, clock, forced } = await startFleet(8)
    const refusing = new Set<string>()
    const { token } = await nodes[0].get()
    refusing.add(token)
    const replaced = await Promise.all(nodes.map(node => node.replace(token)))
    expect(new Set(replaced.map(one => one.token)).size).toBe(1)
    expect(replaced[0]?.token).not.toBe(token)
    expect(forced()).toBe(1)
    const second = replaced[0]?.token ?? ''
    for (const node of nodes) await expect(node.replace(second)).rejects.toMatchObject({ code: 'provider_busy' })
    expect(forced()).toBe(1)
    await clock.advance(30_000)
    expect((await nodes[3].replace(second)).token).not.toBe(second)
    expect(forced()).toBe(2)
    expect(control.calls('stable_token').length).toBeLessThanOrEqual(5)
  })

  it('is looked up first: who hears late uses what others have got', async () => {
    const { nodes, asked } = await startFleet(3)
    const [one, other] = nodes
    const { token } = await one.get()
    await other.get()
    const next = await one.replace(token)
    const before = asked()
    expect(await other.replace(token)).toEqual(next)
    expect(asked()).toBe(before)
  })

  it('is not replaced for any other refusal', async () => {
    const { nodes, asked } = await startFleet(1)
    const refusal = new ConnectorError('provider_busy')
    await expect(nodes[0].use(() => Promise.reject(refusal))).rejects.toBe(refusal)
    expect(asked()).toBe(1)
  })

  it('is replaced no more than 20 times a day, however long WeChat goes on refusing', async () => {
    const { nodes, clock, forced } = await startFleet(1)
    const [node] = nodes
    for (let second = 0; second < 86_400; second += 120) {
      const { token } = await node.get()
      await node.replace(token).catch(() => {})
      await clock.advance(120_000)
    }
    expect(forced()).toBeLessThanOrEqual(20)
    expect(forced()).toBeGreaterThan(5)
  })

  it('and is taken again and again by another program does not take the fleet down', async () => {
    const { nodes, control, api, clock } = await startFleet(2, { kind: 'ordinary' })
    for (let round = 0; round < 10; round++) {
      control.tokens.takeToken(app.appId)
      control.tokens.takeToken(app.appId)
      await clock.advance(10 * minutes)
      for (const node of [nodes[0], nodes[1]]) {
        expect(await node.use(token => callWith(api, token))).toHaveProperty('ticket')
      }
    }
  })
})

async function startFleet(size: number, changes: Partial<AccessTokenOptions> = {}) {
  const simulator = await startWechat()
  onTestFinished(() => simulator.stop())
  const { clock, control, url } = simulator
  const inner = memoryStore({ clock })
  let read = 0
  let gone = false
  const rings: Ring[] = []
  const store = {
    ...inner,
    async get(key: string) {
      read++
      if (gone) throw new LoginError('store_unavailable')
      return inner.get(key)
    },
    async watch(key: string, ring: Ring) {
      read++
      if (gone) throw new LoginError('store_unavailable')
      rings.push(ring)
      return inner.watch(key, ring)
    },
  }
  const key = `wt:${app.appId}:${changes.kind ?? 'stable'}`
  const events: RenewalEvent[] = []
  const hosts = { api: `${url}/api` }
  const options = { app, store, hosts, clock, onRenewal: (event: RenewalEvent) => events.push(event), ...changes }
  const [first, ...rest] = Array.from({ length: size }, () => createAccessTokens(options))
  if (!first) throw new Error('a fleet has nodes')
  // Proof: a fleet of one has no others, and tests of more name no more than there are.
  const nodes = [first, ...rest] as [typeof first, typeof first, typeof first, typeof first, ...(typeof first)[]]
  return {
    nodes,
    store,
    clock,
    control,
    events,
    options,
    api: createWechatApi(createCaller('wechat'), { host: hosts.api }),
    reads: () => read,
    away(now: boolean) {
      gone = now
    },
    /** What a store says that cannot look. */
    ringLate() {
      for (const ring of rings) ring('late')
    },
    /** Lets a renewal that somebody has begun come to its end; the clock stands still meanwhile. */
    async settled() {
      const asking = async () => isAsked(recordIn(await inner.get(key)), clock.now())
      while (await asking()) await new Promise(resolve => setTimeout(resolve, 2))
    },
    asked: () => control.calls('/cgi-bin/stable_token').length,
    forced: () =>
      control.calls('/cgi-bin/stable_token').filter(call => JSON.stringify(call).includes('force_refresh":true'))
        .length,
  }
}

function callWith(api: ReturnType<typeof createWechatApi>, token: string) {
  const wish = { expire_seconds: 60, action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: 'x' } } }
  return api.post('/cgi-bin/qrcode/create', { access_token: token }, wish)
}
