/** Stories of hundreds of steps that nobody has thought of, on two nodes that share a store in memory. */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { memoryStore } from '../../packages/scanlogin/src/index.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { begin, finish, stories } from './commands.ts'
import { createPost, startNode } from './nodes.ts'
import { most, patience, trials } from './runs.ts'
import { newStory, type Site } from './story.ts'

describe('two nodes that crash, with hints that go astray,', () => {
  it.each([
    ['with a check code', true],
    ['without a check code', false],
  ])(
    'answer every call as the protocol says, %s',
    async (_, asks) => {
      const property = fc.asyncProperty(stories(60), async commands => {
        const site = openSite(asks)
        const story = newStory()
        await begin(story, site)
        await fc.asyncModelRun(() => ({ model: story, real: site }), commands)
        await finish(story, site)
      })
      await fc.assert(property, trials(most))
    },
    patience,
  )
})

function openSite(asks: boolean): Site {
  const clock = createClock()
  const store = memoryStore({ clock })
  const post = createPost()
  const open = () => startNode({ store, clock, checkCode: asks, post })
  const nodes = [open(), open()]
  return {
    clock,
    post,
    nodes,
    house: { asks, keeps: 600_000 },
    ringsAll: true,
    async restart(index) {
      nodes[index] = open()
    },
    close: () => store.close(),
  }
}
