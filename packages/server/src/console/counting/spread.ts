/**
 * How long things took, in so few numbers that they fit in a store's entry and can be added up over nodes: a count for
 * each step of a scale on which every second step is twice as long.
 */

export interface Spread {
  note(ms: number, at: number): void
  /** Counts of the last five minutes, one for each step of the scale. */
  counts(at: number): readonly number[]
}

const steps = 32
/** ms of the first step; the last one is about 23 s, and takes all that is longer. */
const first = 0.5
const minute = 60_000
const minutes = 5

export function createSpread(): Spread {
  const slots = Array.from({ length: minutes }, () => ({ minute: -1, counts: none() }))

  function slotAt(at: number) {
    const now = Math.floor(at / minute)
    // As many slots as minutes: the remainder names one.
    const slot = slots[now % minutes] as (typeof slots)[number]
    if (slot.minute !== now) Object.assign(slot, { minute: now, counts: none() })
    return slot
  }

  return {
    note(ms, at) {
      const { counts } = slotAt(at)
      const step = stepOf(ms)
      counts[step] = (counts[step] ?? 0) + 1
    },
    counts(at) {
      const oldest = Math.floor(at / minute) - minutes
      return sum(slots.filter(slot => slot.minute > oldest).map(({ counts }) => counts))
    },
  }
}

/** Adds up column by column. */
export function sum(rows: readonly (readonly number[])[]): readonly number[] {
  return rows.reduce((total, row) => total.map((count, step) => count + (row[step] ?? 0)), none())
}

export interface Quantiles {
  readonly count: number
  /** ms, to within a step of the scale; `null` where nothing was counted. */
  readonly p50: number | null
  readonly p99: number | null
}

export function quantilesOf(counts: readonly number[]): Quantiles {
  const count = counts.reduce((total, one) => total + one, 0)
  return { count, p50: quantile(counts, count, 0.5), p99: quantile(counts, count, 0.99) }
}

function quantile(counts: readonly number[], count: number, share: number): number | null {
  if (count === 0) return null
  let left = count * share
  const step = counts.findIndex(one => {
    left -= one
    return left <= 0
  })
  return Math.round(first * 2 ** (step / 2) * 10) / 10
}

function stepOf(ms: number): number {
  if (!(ms > first)) return 0
  return Math.min(steps - 1, Math.ceil(2 * Math.log2(ms / first)))
}

function none(): number[] {
  return Array.from({ length: steps }, () => 0)
}
