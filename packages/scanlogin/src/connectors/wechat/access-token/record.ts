/** What the fleet knows about an app's token, and what follows from it. */
import { backoff } from '../../../core/expiry/backoff.ts'
import { stageOf } from '../../../core/expiry/term.ts'
import type { Entry } from '../../../core/store.ts'
import type { ConnectorErrorCode } from '../../refusal.ts'
import type { TokenKind } from './ask.ts'

export interface TokenRecord {
  /** Sealed. Absent as long as WeChat has given none. */
  readonly token?: { readonly sealed: string; readonly expiresAt: number; readonly renewAt: number }
  /** One node asks WeChat, or has just been refused: until then nobody else does. */
  readonly asking?: { readonly until: number; readonly failure?: ConnectorErrorCode }
  /** When a token that WeChat refused was last replaced, and how often in a row before that. */
  readonly replaced?: { readonly at: number; readonly before: number } | undefined
}

/** All times in ms since the epoch. */
export type Advice =
  /** Good, and nobody needs to do anything. */
  | 'use'
  /** Good, and it is time for the next one. */
  | 'renew'
  /** There is none, and somebody has to get one. */
  | 'fetch'
  /** There is none, and somebody is getting one. */
  | 'wait'
  /** There is none, and WeChat has just refused to give one. */
  | 'fail'

export function adviceOn({ token, asking }: TokenRecord, now: number): Advice {
  const held = asking !== undefined && now < asking.until
  const stage = token ? stageOf({ renewAt: token.renewAt, overAt: token.expiresAt - spare }, now) : 'over'
  if (stage !== 'over') return stage === 'fresh' || held ? 'use' : 'renew'
  if (!held) return 'fetch'
  return asking.failure === undefined ? 'wait' : 'fail'
}

/** `true` while a node asks WeChat. */
export function isAsked({ asking }: TokenRecord, now: number): boolean {
  return asking !== undefined && asking.failure === undefined && now < asking.until
}

/** ms that a call may be on its way with a token. */
const spare = 5000

/** `true` if a refused token may be replaced now. */
export function mayReplace({ replaced }: TokenRecord, now: number, interval: number): boolean {
  if (!replaced) return true
  return now - replaced.at >= backoff(replaced.before + 1, { shortest: interval, longest: longestPause })
}

/**
 * WeChat forces a stable token 20 times a day: each replacement in a row takes twice as long as the one before, up to two
 * hours. An ordinary one is asked for as often as 2,000 times.
 */
export function nextReplacement({ replaced }: TokenRecord, now: number, kind: TokenKind): TokenRecord['replaced'] {
  const inARow = kind === 'stable' && replaced && now - replaced.at <= longestPause * 2
  return { at: now, before: inARow ? replaced.before + 1 : 0 }
}

/** ms */
const longestPause = 7_200_000

export function without({ token: _, ...record }: TokenRecord): TokenRecord {
  return record
}

export function recordIn(entry: Entry | undefined): TokenRecord {
  // Only records are written under such keys.
  return entry ? (JSON.parse(entry.value) as TokenRecord) : {}
}

/** Kept for longer than any token, so that pauses are remembered. */
export function recordEntry(record: TokenRecord, before: Entry | undefined, now: number): Entry {
  return { version: (before?.version ?? 0) + 1, expiresAt: now + longestPause * 3, value: JSON.stringify(record) }
}
