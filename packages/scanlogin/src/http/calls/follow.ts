/** What event streams and sockets have in common: one ticket, told again at each change until there is no more to tell. */
import type { Clock } from '../../core/clock.ts'
import { LoginError } from '../../core/errors.ts'
import { isFinal, stateAt, type Ticket, versionAt } from '../../core/ticket.ts'
import type { Call } from '../call.ts'
import type { Site } from '../site.ts'
import { crowdedPause } from './seats.ts'

export interface Following {
  id: string
  secret: string
  /** The version already known. */
  since: number
  /** Seconds of silence at most. */
  silence: number
}

/** Why it ended. `left` is the browser itself; after the last three it should come back and ask. */
export type FollowEnd = 'final' | 'left' | 'draining' | 'crowded' | 'failed'

/** Yields the ticket, or `undefined` where nothing has changed for `silence` seconds. Never throws. */
export async function* follow(
  site: Site,
  call: Call,
  { id, secret, since, silence }: Following,
): AsyncGenerator<Ticket | undefined, FollowEnd> {
  const { login, seats } = site
  const { hangup } = call
  const address = site.clientAddress(call)
  if (!seats.take(address)) return 'crowded'
  try {
    let change: Question<Ticket> | undefined
    for (let seen = since; ; ) {
      // One wait outlasts many silences: breaking one takes no look at the store.
      change ??= ask(login.wait(id, secret, { since: seen, seconds: longest, hangup }), login.clock)
      const ticket = await change(silence)
      if (hangup.aborted) return 'left'
      if (!ticket) {
        yield undefined
        continue
      }
      change = undefined
      const now = login.clock.now()
      const news = versionAt(ticket, now) > seen
      seen = Math.max(seen, versionAt(ticket, now))
      if (news || !login.draining()) yield news ? ticket : undefined
      if (isFinal(stateAt(ticket, now))) return 'final'
      if (hangup.aborted) return 'left'
      if (login.draining()) return 'draining'
    }
  } catch (error) {
    // A ticket that is gone is no failure: who asks again hears so.
    if (!(error instanceof LoginError) || error.code === 'store_unavailable') site.onError(error)
    return 'failed'
  } finally {
    seats.giveBack(address)
  }
}

/** Asks again and again for what one promise will bring: `undefined` means not within so many seconds. */
type Question<T> = (seconds: number) => Promise<T | undefined>

function ask<T>(promise: Promise<T>, clock: Clock): Question<T> {
  let settled = false
  let wake = () => {}
  const settle = () => {
    settled = true
    wake()
  }
  // Listened to once, however often it is asked.
  promise.then(settle, settle)
  return seconds =>
    new Promise(resolve => {
      if (settled) return resolve(promise)
      const stop = clock.after(seconds * 1000, () => resolve(undefined))
      wake = () => {
        stop()
        resolve(promise)
      }
    })
}

/** Seconds of one wait, longer than any state of a ticket lasts. */
const longest = 600

/** Seconds after which a browser should come back, random so that a crowd does not come back together. */
export function comeBackAfter(end: FollowEnd): number {
  return end === 'draining' ? Math.round(Math.random() * 300) / 100 : crowdedPause()
}
