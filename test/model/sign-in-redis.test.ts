/** The same stories on a real Redis: hints travel as messages, and each node that starts may have a wrong clock. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { begin, finish, stories } from './commands.ts'
import { createPost, type Node, startNode } from './nodes.ts'
import { type Client, connect, giveClocks, portTo, storeOn, trueTime } from './redis-nodes.ts'
import { patience, trials } from './runs.ts'
import { newStory, type Site } from './story.ts'

let client: Client
let clocks: ReturnType<typeof giveClocks>

beforeAll(async () => {
  clocks = giveClocks()
  client = await connect((await startRedis()).port)
})

afterAll(async () => {
  client.destroy()
  clocks.restore()
  await endRedis()
})

describe('two nodes on Redis that crash, with hints that go astray and clocks that are wrong,', () => {
  it(
    'answer every call as the protocol says',
    async () => {
      const property = fc.asyncProperty(stories(40), fc.boolean(), async (commands, asks) => {
        const site = await openSite(asks)
        const story = newStory()
        try {
          await begin(story, site)
          await fc.asyncModelRun(() => ({ model: story, real: site }), commands)
          await finish(story, site)
        } finally {
          await site.close()
        }
      })
      await fc.assert(property, trials(60))
    },
    patience,
  )
})

async function openSite(asks: boolean): Promise<Site> {
  // From the real time on, so that Redis keeps all that the story needs; it is over long before Redis drops anything.
  const clock = createClock(trueTime())
  const post = createPost()
  const nodes: Node[] = []
  const closes: (() => Promise<void>)[] = []

  async function restart(index: number, skew: number): Promise<void> {
    const port = portTo(client)
    const store = storeOn(
      { skew },
      {
        ...port,
        subscribe: (channel, hear, again) => port.subscribe(channel, text => post.send(() => hear(text)), again),
      },
    )
    closes.push(store.close)
    await store.get('something')
    // By whole seconds, what a store's time is wrong by: nothing, unless a machine's own clock comes through.
    const wrong = () => Math.round(((store.now?.() ?? 0) - trueTime()) / 1000) * 1000
    const skewed = { ...clock, now: () => clock.now() + wrong() }
    nodes[index] = startNode({ store, clock: skewed, checkCode: asks, post: createPost() })
  }

  await restart(0, 600_000)
  await restart(1, -600_000)
  return {
    clock,
    post,
    nodes,
    house: { asks, keeps: Number.POSITIVE_INFINITY },
    ringsAll: false,
    restart,
    async close() {
      for (const close of closes) await close()
    },
  }
}
