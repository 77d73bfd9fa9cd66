/**
 * Sessions in a store: one entry each, under the SHA-256 of the token that opened it. Who reads the store finds nothing
 * there to sign in with. Each change is "read, decide, compare-and-set", and a session that was ended stays so.
 */
import { changeEntry, type Wanted } from '../core/change-entry.ts'
import { LoginError } from '../core/errors.ts'
import type { Store } from '../core/store.ts'
import type { Lifetimes } from './lifetimes.ts'
import { ended, type SessionRecord, toRecord, toText } from './record.ts'

export interface Records {
  /** The record as it is now in the store, which is another one if the session was opened before. Throws `already_redeemed`. */
  open(id: string, record: SessionRecord): Promise<SessionRecord>
  find(id: string): Promise<SessionRecord | undefined>
  /** Takes the step that `next` decides on, or none if it gives back the very record. Throws what `next` throws. */
  change(id: string, next: Step): Promise<SessionRecord | undefined>
  /** What this call has ended; `undefined` when it is repeated, or there is no such session. */
  end(id: string): Promise<SessionRecord | undefined>
  /** The same, and one that has not opened yet never will before `until`. */
  forestall(id: string, until: number): Promise<SessionRecord | undefined>
}

export type Step = (record: SessionRecord) => SessionRecord | Promise<SessionRecord>

export function createRecords(store: Store, lifetimes: Lifetimes): Records {
  function standing(record: SessionRecord): Wanted {
    return { expiresAt: lifetimes.keptUntil(record.seenAt, record.limit), value: toText(record) }
  }

  async function end(id: string): Promise<SessionRecord | undefined> {
    let record: SessionRecord | undefined
    // The entry stays until its time is over, so that a late repetition of redeem does not open it again.
    await changeEntry(store, recordKey(id), entry => {
      record = entry && toRecord(entry)
      return entry && entry.value !== ended ? { ...entry, value: ended } : undefined
    })
    return record
  }

  return {
    async open(id, record) {
      const key = recordKey(id)
      if (await store.put(key, { version: 1, ...standing(record) })) return record
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
      const entry = await changeEntry(store, recordKey(id), async present => {
        const record = present && toRecord(present)
        const changed = record && (await next(record))
        return changed && changed !== record ? standing(changed) : undefined
      })
      return entry && toRecord(entry)
    },

    end,

    async forestall(id, until) {
      if (await store.put(recordKey(id), { version: 1, expiresAt: until, value: ended })) return undefined
      return end(id)
    },
  }
}

function recordKey(id: string): string {
  return `s:${id}`
}
