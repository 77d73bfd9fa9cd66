/** Eight processes, one Redis and one WeChat app: a token a period, whatever happens to the process that gets it. */
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { endRedis, startRedis } from '../../redis/servers/child.ts'
import { startWechat } from '../../simulator/wechat.ts'
import { apps, until } from '../wechat.ts'
import { startNode, type TokenNode } from './fleet.ts'

afterEach(() => endRedis())

const minutes = 60_000

describe('eight processes with wrong clocks', { timeout: 120_000 }, () => {
  it('ask WeChat once a period, and no call is refused', async () => {
    const { nodes, advance, asked, refused } = await startFleet()
    let before: string | undefined
    for (let period = 1; period <= 4; period++) {
      const tokens = await Promise.all(nodes.map(node => node.ask('get')))
      expect(tokens.filter(({ error }) => error !== undefined)).toEqual([])
      const calls = await Promise.all(nodes.flatMap(node => [node.ask('call'), node.ask('call')]))
      expect(calls).toEqual(calls.map(() => expect.objectContaining({ ticket: true, used: 1 })))
      before = await nextToken(nodes, before)
      expect(asked()).toBe(period)
      // Into the last minutes of the token, in which the next one can be had.
      await advance(116 * minutes)
    }
    expect(refused()).toBe(0)
  })

  it('use the old token while one of them gets the next, and get it themselves when that one is killed', async () => {
    const { nodes, advance, asked, refused, control } = await startFleet()
    const [holder, ...others] = nodes
    const before = (await nodes[0]?.ask('get'))?.token
    await advance(116 * minutes)
    control.fault({ match: 'stable_token', action: 'hang' })
    void holder?.ask('get')
    await until(() => asked() === 2)
    await holder?.kill()
    const meanwhile = await Promise.all(others.map(node => node.ask('get')))
    expect(meanwhile.map(({ token }) => token)).toEqual(others.map(() => before))
    expect(asked()).toBe(2)
    await advance(13_000, others)
    await nextToken(others, before)
    expect(asked()).toBe(3)
    const calls = await Promise.all(others.map(node => node.ask('call')))
    expect(calls).toEqual(others.map(() => expect.objectContaining({ ticket: true, used: 1 })))
    expect(refused()).toBe(0)
  })

  it('replace a token that was voided under them once, and every call succeeds', async () => {
    const { nodes, control, asked } = await startFleet()
    await Promise.all(nodes.map(node => node.ask('get')))
    control.tokens.voidTokens(apps.account.appId)
    const calls = await Promise.all(nodes.flatMap(node => Array.from({ length: 5 }, () => node.ask('call'))))
    expect(calls.filter(({ ticket }) => ticket !== true)).toEqual([])
    expect(calls.every(({ used = 9 }) => used <= 2)).toBe(true)
    expect(asked()).toBe(2)
  })

  it('start together on an empty store with one call', async () => {
    const { nodes, asked } = await startFleet()
    const answers = await Promise.all(nodes.flatMap(node => [node.ask('get'), node.ask('get'), node.ask('get')]))
    expect(new Set(answers.map(({ token }) => token)).size).toBe(1)
    expect(asked()).toBe(1)
  })
})

/** Nobody waits for a renewal; the node that has done it uses the new token at once. */
async function nextToken(nodes: readonly TokenNode[], before: string | undefined): Promise<string> {
  for (;;) {
    const given = await Promise.all(nodes.map(node => node.ask('get')))
    const next = given.find(({ token }) => token !== undefined && token !== before)?.token
    // Ends with the test's own time limit.
    if (next !== undefined) return next
  }
}

async function startFleet() {
  const simulator = await startWechat()
  onTestFinished(() => simulator.stop())
  const { port } = await startRedis()
  const { control, clock, url } = simulator
  const nodes = [0, 90_000, -90_000, 3_600_000, -3_600_000, 1000, -1000, 500].map(skew =>
    startNode(port, `${url}/api`, skew),
  )
  return {
    nodes,
    control,
    async advance(ms: number, some = nodes) {
      await clock.advance(ms)
      await Promise.all(some.map(node => node.ask('move', { ms })))
    },
    asked: () => control.calls('/cgi-bin/stable_token').length,
    /** Calls that WeChat has refused for their token. */
    refused: () =>
      control.calls('/cgi-bin/qrcode').filter(({ answer }) => /"errcode":4\d{4}/.test(JSON.stringify(answer))).length,
  }
}
