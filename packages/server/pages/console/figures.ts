/** What the server tells of the fleet, looked at before it is believed. */

export interface Figures {
  readonly by: 'key' | 'session' | undefined
  readonly waiting: number
  /** Why sign-ins may not begin, in an administrator's words; `undefined` where they may. */
  readonly halted: string | undefined
  readonly columns: readonly string[]
  /** ms */
  readonly sliceLength: number
  readonly slices: readonly (readonly number[])[]
  readonly answers: Quantiles
  readonly wakes: Quantiles
  readonly nodes: readonly NodeLine[]
  readonly events: readonly EventLine[]
  /** ms since the epoch, by the server's time. */
  readonly at: number
}

export interface Quantiles {
  readonly count: number
  readonly p50: number | undefined
  readonly p99: number | undefined
}

export interface NodeLine {
  readonly name: string
  readonly version: string
  readonly waiting: number
  readonly draining: boolean
  readonly memory: number
  readonly up: number
  readonly silent: number
  readonly p99: number | undefined
}

export interface EventLine {
  readonly at: number
  readonly type: string
  readonly ticket: string | undefined
  /** What else is known of it, as the log has it: a call, a code, reasons. */
  readonly more: readonly string[]
}

export function figuresIn(answer: unknown): Figures {
  const by = at(answer, 'by')
  return {
    by: by === 'key' || by === 'session' ? by : undefined,
    at: number(at(answer, 'at')),
    waiting: number(at(answer, 'waiting')),
    halted: text(at(at(answer, 'halted'), 'reason')) || undefined,
    columns: list(at(answer, 'columns')).map(text),
    sliceLength: number(at(answer, 'slice_length')),
    slices: list(at(answer, 'slices')).map(slice => list(slice).map(number)),
    answers: quantilesIn(at(answer, 'answers')),
    wakes: quantilesIn(at(answer, 'wakes')),
    nodes: list(at(answer, 'nodes')).map(nodeIn),
    events: list(at(answer, 'events')).map(eventIn),
  }
}

/** How often it happened in the last `slices` slices. */
export function total({ columns, slices }: Figures, column: string, among = slices.length): number {
  const place = columns.indexOf(column)
  return slices.slice(-among).reduce((sum, slice) => sum + (slice[place] ?? 0), 0)
}

export function series({ columns, slices }: Figures, column: string): readonly number[] {
  const place = columns.indexOf(column)
  return slices.map(slice => slice[place] ?? 0)
}

export function eventIn(one: unknown): EventLine {
  const more = ['call', 'code', 'client', 'policy', 'count'].map(name => text(at(one, name)))
  return {
    at: number(at(one, 'at')),
    type: text(at(one, 'type')),
    ticket: text(at(one, 'ticket')) || undefined,
    more: [...more, ...list(at(one, 'reasons')).map(text)].filter(word => word !== ''),
  }
}

function nodeIn(one: unknown): NodeLine {
  return {
    name: text(at(one, 'name')),
    version: text(at(one, 'version')),
    waiting: number(at(one, 'waiting')),
    draining: at(one, 'draining') === true,
    memory: number(at(one, 'memory')),
    up: number(at(one, 'up')),
    silent: number(at(one, 'silent')),
    p99: known(at(one, 'p99')),
  }
}

function quantilesIn(one: unknown): Quantiles {
  return { count: number(at(one, 'count')), p50: known(at(one, 'p50')), p99: known(at(one, 'p99')) }
}

export function at(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !(name in value)) return undefined
  // An object that has this name can be read by it; what is found stays unknown.
  return (value as Readonly<Record<string, unknown>>)[name]
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value : ''
}

function number(value: unknown): number {
  return known(value) ?? 0
}

function known(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
