/** The whole fleet at a glance: what its nodes have counted, added up for the page. */
import type { SeenEvent } from '../counting/seen.ts'
import { addSlices, columns, sliceLength } from '../counting/slices.ts'
import { type Quantiles, quantilesOf, sum } from '../counting/spread.ts'
import type { NodeFigures } from './nodes.ts'

export interface Snapshot {
  /** ms since the epoch. */
  readonly at: number
  readonly waiting: number
  /** The names of what each slice counts, in its order. */
  readonly columns: readonly string[]
  /** ms */
  readonly slice_length: number
  /** Ten minutes, the oldest first; the last slice goes on. */
  readonly slices: readonly (readonly number[])[]
  /** ms, over five minutes. */
  readonly answers: Quantiles
  readonly wakes: Quantiles
  readonly nodes: readonly NodeSummary[]
  /** The newest first. */
  readonly events: readonly SeenEvent[]
}

export interface NodeSummary {
  readonly name: string
  readonly version: string
  readonly waiting: number
  readonly draining: boolean
  /** Bytes. */
  readonly memory: number
  /** Seconds. */
  readonly up: number
  /** Seconds since it was heard of. */
  readonly silent: number
  /** ms, of its answers. */
  readonly p99: number | null
}

const mostEvents = 40

export function snapshotOf(nodes: readonly NodeFigures[], at: number): Snapshot {
  const newest = Math.max(...nodes.map(node => node.newest), 0)
  const events = nodes.flatMap(node => node.events).sort((one, other) => other.at - one.at)
  return {
    at,
    waiting: nodes.reduce((total, node) => total + node.waiting, 0),
    columns,
    slice_length: sliceLength,
    slices: addSlices(nodes, newest),
    answers: quantilesOf(sum(nodes.map(node => node.answers))),
    wakes: quantilesOf(sum(nodes.map(node => node.wakes))),
    nodes: nodes.map(node => summaryOf(node, at)),
    events: events.slice(0, mostEvents),
  }
}

function summaryOf(node: NodeFigures, at: number): NodeSummary {
  const { name, version, waiting, draining, memory, startedAt, answers } = node
  const seconds = (ms: number) => Math.max(0, Math.round(ms / 1000))
  const { p99 } = quantilesOf(answers)
  const up = seconds(node.at - startedAt)
  return { name, version, waiting, draining, memory, up, silent: seconds(at - node.at), p99 }
}
