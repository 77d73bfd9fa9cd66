/**
 * A store that falls back: its replica takes over, or it starts again from its disk, and writes that it had confirmed
 * are gone. A sign-in may then have to be begun anew, but nobody is let in whom the store does not let in.
 */
import { describe, expect, it } from 'vitest'
import { type Login, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { createPost, startNode } from './nodes.ts'
import { type Attempt, perform, startAttempt } from './people.ts'

const scan = { verb: 'scan', user: 'alice', token: 'scan' } as const
const confirm = { verb: 'confirm', token: 'scan' } as const
const deny = { verb: 'deny', token: 'scan' } as const
const verify = { verb: 'verify', code: 'scan' } as const
const redeem = { verb: 'redeem' } as const

describe('after a fail-over that has lost a confirm', () => {
  it('a sign-in that was then denied stays denied for a node that remembers the confirm', async () => {
    const { here, there, attempt, fallBehind, failOver } = await openScene('no check code')
    await perform(here, attempt, scan)
    fallBehind()
    expect(await perform(here, attempt, confirm)).toMatch(/^confirmed v3/)
    failOver()
    expect(await perform(there, attempt, deny)).toMatch(/^denied v3/)
    expect(await perform(here, attempt, redeem)).toBe('ticket_denied')
    expect(attempt.sessions.size).toBe(0)
  })

  it('a check code does not bring back what was then denied', async () => {
    const { here, there, attempt, fallBehind, failOver } = await openScene('check code')
    await perform(here, attempt, scan)
    fallBehind()
    expect(await perform(here, attempt, confirm)).toMatch(/^verifying v3/)
    failOver()
    expect(await perform(there, attempt, deny)).toMatch(/^denied v3/)
    expect(await perform(here, attempt, verify)).toBe('ticket_denied')
    expect(await perform(here, attempt, redeem)).toBe('ticket_denied')
  })

  it('a node tells what the store has, although it remembers another text under the same version', async () => {
    const { here, there, attempt, fallBehind, failOver } = await openScene('no check code')
    await perform(here, attempt, scan)
    fallBehind()
    await perform(here, attempt, confirm)
    failOver()
    await perform(there, attempt, deny)
    expect(await perform(here, attempt, { verb: 'read' })).toMatch(/^denied v3/)
    expect(await perform(here, attempt, { verb: 'wait', since: 2 })).toMatch(/^denied v3/)
  })

  it('the same phone confirms once more and the browser is let in once', async () => {
    const { here, there, attempt, fallBehind, failOver } = await openScene('no check code')
    await perform(here, attempt, scan)
    fallBehind()
    await perform(here, attempt, confirm)
    failOver()
    expect(await perform(here, attempt, redeem)).toBe('wrong_state')
    expect(await perform(there, attempt, confirm)).toMatch(/^confirmed v3/)
    expect(await perform(here, attempt, redeem)).toMatch(/^redeemed v4/)
  })
})

describe('after a fail-over that has lost a redeem', () => {
  it('the browser that redeems again gets the same session', async () => {
    const { here, there, attempt, fallBehind, failOver } = await openScene('no check code')
    await perform(here, attempt, scan)
    await perform(here, attempt, confirm)
    fallBehind()
    expect(await perform(here, attempt, redeem)).toMatch(/^redeemed v4/)
    failOver()
    expect(await perform(there, attempt, redeem)).toMatch(/^redeemed v4/)
    expect(await perform(here, attempt, redeem)).toMatch(/^redeemed v4/)
    expect(attempt.sessions.size).toBe(1)
  })
})

interface Scene {
  readonly here: Login
  readonly there: Login
  readonly attempt: Attempt
  /** From now on nothing more reaches the replica. */
  fallBehind(): void
  failOver(): void
}

async function openScene(asking: 'check code' | 'no check code'): Promise<Scene> {
  const clock = createClock()
  const [main, replica] = [memoryStore({ clock }), memoryStore({ clock })]
  let serving = main
  let follows = true
  const store: Store = {
    ...main,
    get: key => serving.get(key),
    watch: (key, ring) => serving.watch(key, ring),
    async put(key, entry, only) {
      const written = await serving.put(key, entry, only)
      if (written && follows && serving === main) await replica.put(key, entry)
      return written
    },
  }
  const open = () => startNode({ store, clock, checkCode: asking === 'check code', post: createPost() }).login
  const here = open()
  return {
    here,
    there: open(),
    attempt: await startAttempt(here),
    fallBehind() {
      follows = false
    },
    failOver() {
      serving = replica
    },
  }
}
