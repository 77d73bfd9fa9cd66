/**
 * Sessions in a store: one entry each, under the SHA-256 of the token that opened it. Who reads the store finds nothing
 * there to sign in with. Each change is "read, decide, compare-and-set", and a session that was ended stays so.
 */
import { LoginError } from '../core/errors.ts'
import type { Entry, Store } from '../core/store.ts'
import type { Lifetimes } from './lifetimes.ts'
import { ended, type SessionRecord, toRecord, toText } from './record.ts'

export interface Records {
  /** The record as it is now in the store, which is another one if the session was opened before. Throws `already_redeemed`. */
  open(id: string, record: SessionRecord): Promise<SessionRecord>
  find(id: string): Promise<SessionRecord | undefined>
  /** Takes the step that `next` decides on, or none if it gives back the very record. Throws what `next` throws. */
  change(id: string, next: Step): Promise<SessionRecord | undefined>
  /** Also when it is repeated, or there is no such session. */
  end(id: string): Promise<void>
  /** The same, and one that has not opened yet never will before `until`. */
  forestall(id: string, until: number): Promise<void>
}

export type Step = (record: SessionRecord) => SessionRecord | Promise<SessionRecord>

export function createRecords(store: Store, lifetimes: Lifetimes): Records {
  function toEntry(version: number, record: SessionRecord): Entry {
    return { version, expiresAt: lifetimes.keptUntil(record.seenAt, record.limit), value: toText(record) }
  }

  async function end(id: string): Promise<void> {
    const key = recordKey(id)
    for (;;) {
      const entry = await store.get(key)
      if (!entry || entry.value === ended) return
      // The entry stays until its time is over, so that a late repetition of redeem does not open it again.
      if (await store.put(key, { ...entry, version: entry.version + 1, value: ended })) return
      // Somebody was first; a session changes a few times a minute at most.
    }
  }

  return {
    async open(id, record) {
      const key = recordKey(id)
      if (await store.put(key, toEntry(1, record))) return record
      // The same token opened it before: an answer was lost, or two calls raced.
      const entry = await store.get(key)
      const before = entry && toRecord(entry)
      if (!before) throw new LoginError('already_redeemed')
      return before
    },

    async find(id) {
      const entry = await store.get(recordKey(id))
      return entry && toRecord(entry)
    },

    async change(id, next) {
      const key = recordKey(id)
      for (let round = 1; round <= mostRounds; round++) {
        const entry = await store.get(key)
        const record = entry && toRecord(entry)
        if (!record) return undefined
        const changed = await next(record)
        if (changed === record) return record
        if (await store.put(key, toEntry(entry.version + 1, changed), { over: entry.value })) return changed
      }
      throw new LoginError('rate_limited', { retryAfter: 1 })
    },

    end,

    async forestall(id, until) {
      if (await store.put(recordKey(id), { version: 1, expiresAt: until, value: ended })) return
      await end(id)
    },
  }
}

/** How often a change is tried against others. Of those who race one wins each round, and the rest find it done. */
const mostRounds = 32

function recordKey(id: string): string {
  return `s:${id}`
}
