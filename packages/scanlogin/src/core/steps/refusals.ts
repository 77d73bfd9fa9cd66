/** Calls that come to nothing: each is an event, and too many into the void are slowed down. */
import { LoginError } from '../errors.ts'
import type { RefusedCall } from '../events/events.ts'
import type { House } from './house.ts'

export interface Refusals {
  /** What `run` gives; if it refuses, that is told. */
  told<T>(call: RefusedCall, run: () => Promise<T>): Promise<T>
  /** Tells of a refusal unless that was done, and gives the error to answer with. */
  turnedAway(error: unknown, call: RefusedCall): Promise<unknown>
}

export function createRefusals({ panel, events, timeNow }: House): Refusals {
  async function slowedDown(error: unknown, { address }: RefusedCall): Promise<unknown> {
    if (panel.idle || !(error instanceof LoginError) || error.code !== 'not_found') return error
    try {
      await panel.ask({ step: 'unknown', at: await timeNow(), address })
      return error
    } catch (slower) {
      return slower
    }
  }

  return {
    async told(call, run) {
      try {
        return await run()
      } catch (error) {
        await events.refused(error, call)
        throw error
      }
    },
    async turnedAway(error, call) {
      await events.refused(error, call)
      const answered = await slowedDown(error, call)
      if (answered !== error) await events.refused(answered, call)
      return answered
    },
  }
}
