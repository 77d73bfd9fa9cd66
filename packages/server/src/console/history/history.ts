/** What is kept of one ticket for the console, as the text of a store's entry. */
import { isStep, type Line } from './line.ts'

export interface History {
  /** Of the ticket: opens nothing, but names it to whoever ends it. It stays on the server. */
  readonly id?: string | undefined
  readonly ends?: Ends | undefined
  /** The oldest first. */
  readonly lines: readonly Line[]
  /** Lines that there was no room for. */
  readonly left: number
}

/** When the state ends that the ticket has at this version, ms since the epoch. */
export interface Ends {
  readonly version: number
  readonly at: number
}

export const nothing: History = { lines: [], left: 0 }

/** What one process has to add. */
export type Addition = Pick<History, 'id' | 'ends' | 'lines'>

const mostLines = 40
/** Bytes: an entry of a store holds 8 KiB. */
const mostBytes = 8000

/** Both together. What does not fit leaves from the middle, refusals first: how it began and how it ended stays. */
export function added(before: History, { id, ends, lines }: Addition): History {
  const all = [...before.lines, ...lines].sort((one, other) => one.at - other.at)
  const head = { id: id ?? before.id, ends: latest(before.ends, ends) }
  let { left } = before
  for (;;) {
    const history = { ...head, lines: all, left }
    // One line less each time, and two lines fit, so this ends.
    if (all.length <= 2 || (all.length <= mostLines && Buffer.byteLength(textOf(history)) <= mostBytes)) return history
    const refusal = all.findIndex(({ type }) => !isStep(type))
    all.splice(refusal < 0 ? 1 : refusal, 1)
    left++
  }
}

export function textOf(history: History): string {
  return JSON.stringify(history)
}

export function historyIn(text: string): History {
  // Only histories are written there; a version to come that writes more does no harm.
  return JSON.parse(text) as History
}

/** Two nodes may tell of two steps in any order. */
export function latest(one: Ends | undefined, other: Ends | undefined): Ends | undefined {
  return other && other.version > (one?.version ?? 0) ? other : one
}
