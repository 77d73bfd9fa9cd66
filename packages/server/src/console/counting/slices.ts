/** What happened in the last ten minutes, in slices of ten seconds that are the same on every node. */

/** What is counted, in the order in which a slice has it. */
export const columns = [
  'created',
  'scanned',
  'confirmed',
  'redeemed',
  'denied',
  'cancelled',
  'expired',
  'refused',
  'failed',
] as const

export type Column = (typeof columns)[number]

export type Slice = readonly number[]

/** ms */
export const sliceLength = 10_000
export const sliceCount = 60

export interface Slices {
  count(column: Column, at: number): void
  /** The oldest first; the last one is the slice of `at`, which goes on. */
  last(at: number): readonly Slice[]
}

export function createSlices(): Slices {
  const kept = new Map<number, number[]>()

  function sliceAt(number: number): number[] {
    const known = kept.get(number)
    if (known) return known
    for (const old of kept.keys()) if (old <= number - sliceCount) kept.delete(old)
    const fresh = empty()
    kept.set(number, fresh)
    return fresh
  }

  return {
    count(column, at) {
      const slice = sliceAt(numberOf(at))
      const place = columns.indexOf(column)
      slice[place] = (slice[place] ?? 0) + 1
    },
    last(at) {
      const newest = numberOf(at)
      return Array.from({ length: sliceCount }, (_, n) => kept.get(newest - sliceCount + 1 + n) ?? empty())
    },
  }
}

/** Slices of several nodes as one, `to` being the number of the newest; a node that has looked earlier has less to say. */
export function addSlices(nodes: readonly { newest: number; slices: readonly Slice[] }[], to: number): number[][] {
  return Array.from({ length: sliceCount }, (_, n) => {
    // Counted from the end, where the newest stand.
    const rows = nodes.map(({ newest, slices }) => slices[slices.length - sliceCount + n + to - newest] ?? [])
    return columns.map((_, place) => rows.reduce((total, row) => total + (row[place] ?? 0), 0))
  })
}

export function numberOf(at: number): number {
  return Math.floor(at / sliceLength)
}

function empty(): number[] {
  return columns.map(() => 0)
}
