import { memoryStore } from 'scanlogin'
import { describe, expect, it } from 'vitest'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { openScenes } from '../../packages/server/src/connectors/scene/scenes.ts'
import { until } from '../connectors/wechat.ts'

describe('the scene code of a ticket', () => {
  it('is asked of WeChat once, however many ask for it at the same moment', async () => {
    const scenes = openScenes(memoryStore())
    const { calls, make } = wechat()
    const asked = Array.from({ length: 50 }, () => scenes.codeOf(ticket, make))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['http://weixin.qq.com/q/1']))
    expect(calls).toHaveLength(1)
  })

  it('is asked of WeChat by one node, whichever of them are asked at the same moment', async () => {
    const store = memoryStore()
    const nodes = [openScenes(store), openScenes(store), openScenes(store)]
    const { calls, make } = wechat()
    const asked = nodes.map(scenes => scenes.codeOf(ticket, make))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['http://weixin.qq.com/q/1']))
    expect(calls).toHaveLength(1)
    for (const { take } of nodes) expect(await take(calls[0] ?? '', 'an-openid')).toMatchObject({ outcome: 'yours' })
  })

  it('is asked for by another node where the one that was asking it is gone', async () => {
    const clock = createClock()
    const store = memoryStore({ clock })
    const hanging = new Promise<string>(() => {})
    let begun = false
    void openScenes(store).codeOf(ticket, () => {
      begun = true
      return hanging
    })
    await until(() => begun)
    const next = openScenes(store).codeOf(ticket, wechat().make)
    await clock.advance(15_000)
    expect(await next).toBe('http://weixin.qq.com/q/1')
  })

  it('can be asked for again where WeChat gave none', async () => {
    const scenes = openScenes(memoryStore())
    const busy = () => Promise.reject(new Error('busy'))
    await expect(scenes.codeOf(ticket, busy)).rejects.toThrow('busy')
    expect(await scenes.codeOf(ticket, wechat().make)).toBe('http://weixin.qq.com/q/1')
  })

  it('leads to the ticket that it was made for', async () => {
    const scenes = openScenes(memoryStore())
    const { calls, make } = wechat()
    await Promise.all([scenes.codeOf(ticket, make), scenes.codeOf(ticket, make)])
    expect(await scenes.take(calls[0] ?? '', 'an-openid')).toMatchObject({ outcome: 'yours', scene: ticket })
  })
})

const ticket = { ticketId: '0123456789ABCDEFGHJKMNPQRS', userCode: 'BCDF-GHJK' }

/** Answers a little later, as whoever is called over a network. */
function wechat() {
  const calls: string[] = []
  return {
    calls,
    async make(scene: string) {
      const number = calls.push(scene)
      await new Promise(resolve => setTimeout(resolve, 5))
      return `http://weixin.qq.com/q/${number}`
    },
  }
}
