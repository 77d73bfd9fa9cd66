/**
 * Events as the console shows them: what happened to which ticket, by a digest that opens nothing. Who it was and from
 * where stays in the audit log, which has its own rules of who may read it and for how long.
 */
import type { LoginEvent } from 'scanlogin'

export interface SeenEvent {
  /** ms since the epoch. */
  readonly at: number
  readonly type: LoginEvent['type']
  /** 12 characters of a digest, as in the log. */
  readonly ticket?: string
  readonly call?: string
  readonly code?: string
  readonly client?: string
  readonly policy?: string
  readonly reasons?: readonly string[]
  readonly count?: number
}

export function seen({ at, type, ticket, call, code, client, policy, reasons, count }: LoginEvent): SeenEvent {
  return {
    at,
    type,
    ...(ticket !== undefined && { ticket }),
    // What was refused at the edge has a path instead, which somebody may have made up, or which has an id in it.
    ...(call !== undefined && /^[a-z]{1,16}$/.test(call) && { call }),
    ...(code !== undefined && { code }),
    ...(client !== undefined && { client }),
    ...(policy !== undefined && { policy }),
    ...(reasons && reasons.length > 0 && { reasons }),
    ...(count !== undefined && { count }),
  }
}

export interface Recent {
  add(event: SeenEvent): void
  /** The newest first. */
  last(): readonly SeenEvent[]
}

/** Keeps the last `most`, in this process. */
export function createRecent(most: number): Recent {
  const kept: SeenEvent[] = []
  let next = 0
  return {
    add(event) {
      kept[next] = event
      next = (next + 1) % most
    },
    last: () => [...kept.slice(next), ...kept.slice(0, next)].reverse(),
  }
}
