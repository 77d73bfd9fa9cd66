import { memoryStore } from 'scanlogin'
import { describe, expect, it } from 'vitest'
import { openScenes } from '../../packages/server/src/connectors/scene/scenes.ts'

describe('the scene code of a ticket', () => {
  it('is asked of WeChat once, however many ask for it at the same moment', async () => {
    const scenes = openScenes(memoryStore())
    const { calls, make } = wechat()
    const asked = Array.from({ length: 50 }, () => scenes.codeOf(ticket, make))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['http://weixin.qq.com/q/1']))
    expect(calls).toHaveLength(1)
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
