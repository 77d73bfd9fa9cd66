/**
 * Commands with an end: within one second there is an answer or `store_unavailable`. What Redis has refused without
 * doing it is tried again inside that second; what may have been done is not.
 */
import { LoginError } from '../../core/errors.ts'
import { backoff } from '../../core/expiry/backoff.ts'
import { about } from '../../core/expiry/spread.ts'
import type { RedisPort } from './port.ts'
import { noRecord } from './record.ts'
import type { Script } from './scripts.ts'

export interface Commands {
  send(key: string, command: readonly string[]): Promise<unknown>
  /** All keys are in one slot, unless there is but one node. */
  run(script: () => Promise<Script>, keys: readonly string[], args: readonly string[]): Promise<unknown>
}

/** ms, promise 5 of `docs/protocol.md`. */
export const deadline = 1000

export function createCommands(port: Pick<RedisPort, 'send'>): Commands {
  async function send(key: string, command: readonly string[]): Promise<unknown> {
    return withDeadline(
      retried(() =>
        port.send(key, command).catch(error => {
          // Somebody else's key of another type: there is no entry under it.
          if (!saysFirst(error, ['WRONGTYPE'])) throw error
          return noRecord
        }),
      ),
    )
  }

  return {
    send,
    async run(script, keys, args) {
      const { text, sha } = await script()
      const key = keys[0] ?? ''
      const rest = [String(keys.length), ...keys, ...args]
      return withDeadline(
        retried(() =>
          port.send(key, ['EVALSHA', sha, ...rest]).catch(error => {
            // After a restart, a fail-over or SCRIPT FLUSH Redis has not seen it yet.
            if (!saysFirst(error, ['NOSCRIPT'])) throw error
            return port.send(key, ['EVAL', text, ...rest])
          }),
        ),
      )
    },
  }
}

/** Refusals that come before anything was done: a node that loads, was demoted, or is busy moving the slot. */
const refusals = ['LOADING', 'READONLY', 'TRYAGAIN', 'CLUSTERDOWN', 'MASTERDOWN', 'BUSY']

/** Times that a refused command is sent again. */
const mostRefused = 3

async function retried(attempt: () => Promise<unknown>): Promise<unknown> {
  for (let refused = 1; ; refused++) {
    try {
      return await attempt()
    } catch (error) {
      if (refused > mostRefused || !saysFirst(error, refusals)) throw error
      const pause = about(backoff(refused, { shortest: 40 }), 1 / 2, Math.random())
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }
}

function withDeadline(reply: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(new LoginError('store_unavailable', { cause: plainly(error) }))
    const timer = setTimeout(() => fail(new Error(`Redis has not answered for ${deadline} ms`)), deadline)
    reply.then(
      value => {
        clearTimeout(timer)
        resolve(value)
      },
      error => {
        clearTimeout(timer)
        fail(error)
      },
    )
  })
}

function saysFirst(error: unknown, words: readonly string[]): boolean {
  return error instanceof Error && words.some(word => error.message.startsWith(word))
}

/** Only what it says: clients hang the whole command on their errors, and a log would have it. */
function plainly(error: unknown): Error {
  return new Error(
    error instanceof Error ? error.message.replace(/, with args beginning with:.*/s, '') : 'Redis failed',
  )
}
