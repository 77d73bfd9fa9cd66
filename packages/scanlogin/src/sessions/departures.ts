/**
 * Phones that have signed out, for as long as a sign-in which they have approved may still be on its way: what ends the
 * sessions of a phone has to reach those as well that open a moment later.
 */
import { sha256 } from '#digest'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../core/store.ts'
import type { SessionDetails } from './session.ts'

export interface Departures {
  /** `phone` is its `idHash`. */
  note(userId: string, phone: string): Promise<void>
  /** Whether the phone has left since the sign-in began. One that is back approves new ones. */
  hasLeft(userId: string, details: SessionDetails): Promise<boolean>
}

export function createDepartures(store: Store, clock: Pick<Clock, 'now'>): Departures {
  return {
    async note(userId, phone) {
      const key = await departureKey(userId, phone)
      for (;;) {
        const version = ((await store.get(key))?.version ?? 0) + 1
        const now = clock.now()
        if (await store.put(key, { version, expiresAt: now + longestWay, value: String(now) })) return
        // The same phone left twice at the same moment: either note will do, and the next round reads it.
      }
    },

    async hasLeft(userId, { approvedBy, begunAt }) {
      if (approvedBy?.idHash === undefined || begunAt === undefined) return false
      const entry = await store.get(await departureKey(userId, approvedBy.idHash))
      return entry !== undefined && begunAt <= Number(entry.value)
    },
  }
}

/** ms from when a browser asks until the last moment that it, or another site by its code, may collect. */
const longestWay = 660_000

async function departureKey(userId: string, phone: string): Promise<string> {
  return `sd:${await sha256(`${phone}.${userId}`)}`
}
