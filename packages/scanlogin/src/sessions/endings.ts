/**
 * Tells every node at once which sessions have ended, so that none goes on answering from its copy. All of them watch one
 * entry, in which the ids stand that have ended last; an id opens nothing. It is a hint: where it gets lost, copies are as
 * old as `staleness` at most.
 */
import { changeEntry } from '../core/change-entry.ts'
import type { Clock } from '../core/clock.ts'
import { type Entry, fleetKey, type Store, type Watch } from '../core/store.ts'

export interface Endings {
  /** Hears what ends from now on. Before a session is read, so that nothing ends unheard in between. Never rejects. */
  listen(): Promise<void>
  /** Resolves once the others are told, or cannot be. Never rejects: the sessions have ended all the same. */
  tell(ids: readonly string[]): Promise<void>
}

export interface EndingsOptions {
  store: Store
  /** Of the fleet. */
  clock: Pick<Clock, 'now'>
  /** Of this process. */
  age: Pick<Clock, 'now'>
  /** Drops the copy of a session. */
  forget: (id: string) => void
}

export function createEndings({ store, clock, age, forget }: EndingsOptions): Endings {
  let watch: Watch | undefined
  let watching: Promise<void> | undefined
  let watchedAt = Number.NEGATIVE_INFINITY
  let gathering: { ids: string[]; told: Promise<void> } | undefined
  let telling: Promise<unknown> = Promise.resolve()

  function hear(entry: Entry | undefined): void {
    for (const id of idsIn(entry)) forget(id)
  }

  async function look(): Promise<void> {
    try {
      hear(await store.get(key))
    } catch {
      // Then the copies serve until they are too old.
    }
  }

  async function begin(): Promise<void> {
    try {
      const next = await store.watch(key, written => (typeof written === 'object' ? hear(written) : void look()))
      watch?.stop()
      watch = next
      hear(next.entry)
    } catch {
      // Whoever reads next tries again, and not too often.
    }
  }

  async function write(ids: readonly string[]): Promise<void> {
    await changeEntry(store, key, present => {
      const now = clock.now()
      // For who has missed the last message, and gets this one.
      const before = present && now - (present.expiresAt - kept) < repeated ? idsIn(present) : []
      return { expiresAt: now + kept, value: [...new Set([...ids, ...before])].slice(0, mostIds).join(' ') }
    })
  }

  /** Whoever comes while a write is under way shares the next one. */
  function gather(): { ids: string[]; told: Promise<void> } {
    const ids: string[] = []
    const told = telling.then(async () => {
      gathering = undefined
      for (let from = 0; from < ids.length; from += mostIds) await write(ids.slice(from, from + mostIds))
    })
    telling = told.catch(() => {})
    return { ids, told: told.catch(() => {}) }
  }

  return {
    async listen() {
      const isFirst = !watch
      if (age.now() - watchedAt >= (isFirst ? tryAgain : watchAgain)) {
        watchedAt = age.now()
        watching = begin()
      }
      if (isFirst) await watching
    },
    tell(ids) {
      if (ids.length === 0) return Promise.resolve()
      gathering ??= gather()
      gathering.ids.push(...ids)
      return gathering.told
    },
  }
}

const key = `${fleetKey}ended-sessions`

/** ms that the entry stays after the last session has ended. */
const kept = 3_600_000
/** ms for which an id is said again along with later ones. */
const repeated = 10_000
/** 43 characters each, and an entry has 8 KiB. */
const mostIds = 100

/** ms after which the watch is begun anew: a store may have forgotten it along with the entry. */
const watchAgain = 30_000
/** ms after a watch that did not begin. */
const tryAgain = 1000

function idsIn(entry: Entry | undefined): readonly string[] {
  return entry ? entry.value.split(' ') : []
}
