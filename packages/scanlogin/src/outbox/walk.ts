/**
 * A look at every part, once a round, by one of all the processes. Parts are walked in stretches; who writes a stretch's
 * entry first walks it, and the entry is over when the round is. No process is needed for it, and none can hold it up.
 */
import type { Clock } from '../core/clock.ts'
import type { Outbox } from '../core/events/outbox.ts'
import type { Store } from '../core/store.ts'

export interface WalkOptions {
  store: Pick<Store, 'get' | 'put'>
  outbox: Pick<Outbox, 'parts' | 'round'>
  clock: Clock
  look(part: number): void
}

/** Returns what ends it. */
export function createWalk({ store, outbox: { parts, round }, clock, look }: WalkOptions): () => void {
  const stretches = Math.ceil(parts / stretch)
  let next = Math.floor(Math.random() * stretches)

  async function walk(index: number): Promise<void> {
    if (parts > 1 && !(await isMine(index))) return
    const last = Math.min(parts, (index + 1) * stretch)
    for (let part = index * stretch; part < last; part++) look(part)
  }

  async function isMine(index: number): Promise<boolean> {
    const key = `o:${index}`
    const now = clock.now()
    if (await store.get(key)) return false
    // A little less than a round: whoever had it comes back to it in time.
    const entry = { version: 1, expiresAt: now + round * 0.9, value: '' }
    // A store that can be read and takes no new entry is full: then everybody walks, so that what ends is told.
    return store.put(key, entry).catch(() => true)
  }

  return clock.every(round / stretches, () => {
    const index = next
    next = (next + 1) % stretches
    // A store that is out of reach is asked again in the next round.
    walk(index).catch(() => {})
  })
}

/** Parts in one stretch. */
const stretch = 256
