/** Numbers in a store that every node adds to: for limits that have to hold in the whole fleet. */
import { changeEntry } from '../change-entry.ts'
import type { Entry, Store } from '../store.ts'

export interface Tally {
  /** Where the number stands. */
  readonly key: string
  /** When it is forgotten, ms since the epoch, if it is counted from now on. */
  readonly until: number
}

/** The sum with the amount in it; `undefined` where the amount would have made it more than the most. */
export type Sum = number | undefined

/** The number, 0 where nobody has counted. */
export async function total(store: Store, key: string): Promise<number> {
  return numberIn(await store.get(key))
}

/**
 * Adds `amount`, which may be negative, and gives the sum, or `undefined` if that would be more than `most`: then
 * nothing is added. It never goes below 0.
 */
export async function add(store: Store, tally: Tally, amount: number, most: number): Promise<Sum> {
  const [sum] = await addAll(store, tally, [amount], most)
  return sum
}

/**
 * The same for one number that many callers of this process add to at once: whoever comes while a write is under way
 * shares the next one, so that a crowd costs the store a few writes and not a race for each.
 */
export function createSharedTally(store: Store, most: number): (tally: Tally, amount: number) => Promise<Sum> {
  /** By key: who will share the next write, while one is under way. */
  const gathering = new Map<string, Batch>()
  const writing = new Map<string, Promise<void>>()

  function gather(tally: Tally): Batch {
    const amounts: number[] = []
    const sums = (writing.get(tally.key) ?? Promise.resolve()).then(() => {
      gathering.delete(tally.key)
      return addAll(store, tally, amounts, most)
    })
    const batch = { amounts, sums }
    gathering.set(tally.key, batch)
    const written = () => {
      if (writing.get(tally.key) === over) writing.delete(tally.key)
    }
    const over = sums.then(written, written)
    writing.set(tally.key, over)
    return batch
  }

  return async (tally, amount) => {
    const { amounts, sums } = gathering.get(tally.key) ?? gather(tally)
    const place = amounts.push(amount) - 1
    return (await sums)[place]
  }
}

interface Batch {
  readonly amounts: number[]
  readonly sums: Promise<Sum[]>
}

/** Each amount in turn, in one write. */
async function addAll(store: Store, { key, until }: Tally, amounts: readonly number[], most: number): Promise<Sum[]> {
  let sums: Sum[] = []
  await changeEntry(store, key, entry => {
    let sum = numberIn(entry)
    sums = amounts.map(amount => {
      const next = Math.max(0, sum + amount)
      if (next > most) return undefined
      sum = next
      return sum
    })
    if (sums.every(sum => sum === undefined) || (!entry && sum === 0)) return undefined
    return { expiresAt: entry?.expiresAt ?? until, value: String(sum) }
  })
  return sums
}

function numberIn(entry: Entry | undefined): number {
  const number = Number(entry?.value ?? 0)
  return Number.isFinite(number) ? number : 0
}
