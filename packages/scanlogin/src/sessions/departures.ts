/**
 * Phones that have signed out and identities that were removed, for as long as a sign-in of theirs may still be on its way:
 * what ends their sessions has to reach those as well that open a moment later.
 */
import { sha256 } from '#digest'
import { changeEntry } from '../core/change-entry.ts'
import type { Clock } from '../core/clock.ts'
import type { Store } from '../core/store.ts'
import type { SessionDetails } from './session.ts'

export interface Departures {
  /** `idHash` of the phone, or of the identity. */
  note(userId: string, idHash: string): Promise<void>
  /** Whether the phone or the identity has left since the sign-in began. What is back begins new ones. */
  hasLeft(userId: string, details: SessionDetails): Promise<boolean>
}

export function createDepartures(store: Store, clock: Pick<Clock, 'now'>): Departures {
  return {
    async note(userId, idHash) {
      const key = await departureKey(userId, idHash)
      await changeEntry(store, key, () => {
        const now = clock.now()
        return { expiresAt: now + longestWay, value: String(now) }
      })
    },

    async hasLeft(userId, { approvedBy, openedBy, begunAt }) {
      if (begunAt === undefined) return false
      const concerned = [approvedBy?.idHash, approvedBy?.signedInBy?.idHash, openedBy?.idHash]
      for (const idHash of concerned.filter(one => one !== undefined)) {
        const entry = await store.get(await departureKey(userId, idHash))
        if (entry && begunAt <= Number(entry.value)) return true
      }
      return false
    },
  }
}

/** ms from when a browser asks until the last moment that it, or another site by its code, may collect. */
const longestWay = 660_000

async function departureKey(userId: string, idHash: string): Promise<string> {
  return `sd:${await sha256(`${idHash}.${userId}`)}`
}
