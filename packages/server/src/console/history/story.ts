/** A ticket's history as the console shows it: what happened, through whom, and what made it end. */
import type { History } from './history.ts'
import { isStep, type Line, type Step, steps } from './line.ts'

/** `undefined` in a line: nobody can tell. */
export type Actor = 'browser' | 'phone' | 'operator'

export interface Story {
  readonly ticket: string
  readonly state: Exclude<Step, 'created'> | 'pending' | 'expired'
  /** Seconds until it ends by itself; `null` where it has ended, or nobody knows. */
  readonly expires_in: number | null
  readonly end: End | null
  /** An operator may end it. */
  readonly revocable: boolean
  /** Lines that there was no room for. */
  readonly left: number
  /** The oldest first. */
  readonly lines: readonly (Line & { readonly actor?: Actor | undefined })[]
}

export interface End {
  /** ms since the epoch; `null` where nobody knows. */
  readonly at: number | null
  readonly cause: Cause
}

export type Cause =
  | 'collected'
  | 'denied_on_phone'
  | 'check_code'
  | 'browser'
  | 'operator'
  | 'forged_codes'
  | 'time_over'

export function storyOf(ticket: string, history: History, now: number): Story {
  const { id, lines, ends, left } = history
  const told = lines.map((line, n) => ({ ...line, actor: actorOf(line, lines.slice(0, n)) }))
  const end = endOf(history, now) ?? null
  return {
    ticket,
    state: end ? (finalStep(lines)?.type ?? 'expired') : stateOf(lines),
    expires_in: end || !ends ? null : Math.ceil((ends.at - now) / 1000),
    end,
    revocable: !end && id !== undefined,
    left,
    lines: told,
  }
}

function endOf({ lines, ends }: History, now: number): End | undefined {
  const last = finalStep(lines)
  if (last) return { at: last.at, cause: causeOf(last) }
  const forged = lines.find(({ type }) => type === 'forged_codes')
  if (forged) return { at: forged.at, cause: 'forged_codes' }
  // Nobody writes that a ticket expires: the clock says so.
  return ends && ends.at <= now ? { at: ends.at, cause: 'time_over' } : undefined
}

type Final = Line & { readonly type: 'redeemed' | 'denied' | 'cancelled' }

function finalStep(lines: readonly Line[]): Final | undefined {
  return lines.find((line): line is Final => finals.has(line.type))
}

const finals: ReadonlySet<string> = new Set(['redeemed', 'denied', 'cancelled'])

function causeOf({ type, because, by }: Final): Cause {
  if (type === 'redeemed') return 'collected'
  if (type === 'cancelled') return by === undefined ? 'browser' : 'operator'
  return because ?? 'denied_on_phone'
}

/** The furthest that it has come: two nodes' clocks may disagree about which was last. */
function stateOf(lines: readonly Line[]): Story['state'] {
  const furthest = steps.findLast(step => lines.some(({ type }) => type === step))
  return furthest === undefined || furthest === 'created' ? 'pending' : furthest
}

function actorOf({ type, by, because, call }: Line, before: readonly Line[]): Actor | undefined {
  if (type === 'refused') return call === undefined ? undefined : (callers[call] ?? 'browser')
  if (type === 'contended') return 'phone'
  if (!isStep(type)) return undefined
  switch (type) {
    case 'created':
    case 'redeemed':
      return 'browser'
    case 'scanned':
    case 'verifying':
      return 'phone'
    case 'confirmed':
      // After a check code it is the browser that typed it.
      return before.some(({ type }) => type === 'verifying') ? 'browser' : 'phone'
    case 'denied':
      return because === 'check_code' ? 'browser' : 'phone'
    case 'cancelled':
      return by === undefined ? 'browser' : 'operator'
  }
}

/** Whose calls these are; the rest are the browser's. */
const callers: Readonly<Record<string, Actor>> = { scan: 'phone', codes: 'phone', confirm: 'phone', deny: 'phone' }
