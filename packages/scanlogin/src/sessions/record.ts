/**
 * A session as the text a store keeps: JSON whose first fields are the user's, as they were before sessions had more to
 * them, so that two versions of scanlogin in one fleet read each other's. Empty text stands for a session that was ended.
 */
import type { Entry } from '../core/store.ts'
import type { User } from '../core/ticket.ts'
import type { SessionDetails } from './session.ts'

export interface SessionRecord {
  readonly user: User
  /** ms since the epoch, as all times here. */
  readonly openedAt: number
  readonly seenAt: number
  readonly limit: number
  readonly details: SessionDetails
  /** Where the browser's token changes with each use. */
  readonly chain?: Chain
}

/** The state of a session's changing tokens; `refresh-chain.ts` says what it means. */
export interface Chain {
  readonly key: string
  /** How often the token has changed. */
  readonly step: number
  /** SHA-256 of the present token's secret. */
  readonly hash: string
  /** When each of the last tokens was replaced, the latest first. */
  readonly replacedAt: readonly number[]
}

export const ended = ''

export function toText({ user, openedAt, seenAt, limit, details, chain }: SessionRecord): string {
  const { id, name, avatar } = user
  return JSON.stringify({ id, name, avatar, opened: openedAt, seen: seenAt, limit, details, chain })
}

/** `undefined` for a session that was ended, and for what is no session. */
export function toRecord({ value, expiresAt }: Entry): SessionRecord | undefined {
  const fields = value === ended ? undefined : parse(value)
  if (!isFields(fields)) return undefined
  const { id, name, avatar, opened, seen, limit = expiresAt, details = {}, chain } = fields
  const openedAt = opened ?? limit - lifetimeBefore
  return {
    user: { id, ...(name !== undefined && { name }), ...(avatar !== undefined && { avatar }) },
    openedAt,
    seenAt: seen ?? openedAt,
    limit,
    details,
    ...(chain && { chain }),
  }
}

/** ms that a session lived unless told otherwise, when its opening was not yet written down. */
const lifetimeBefore = 28_800_000

interface Fields extends User {
  readonly opened?: number
  readonly seen?: number
  readonly limit?: number
  readonly details?: SessionDetails
  readonly chain?: Chain
}

/** Only `toText` writes under these keys, so a user's id is proof enough of all the rest. */
function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
