/** A ticket's history as the server tells it, looked at before it is believed. */
import { at, list } from '../figures.ts'

export interface Story {
  readonly ticket: string
  readonly state: string
  /** Seconds. */
  readonly expiresIn: number | undefined
  readonly end: { readonly at: number | undefined; readonly cause: string } | undefined
  readonly revocable: boolean
  /** Lines that there was no room for. */
  readonly left: number
  readonly lines: readonly StoryLine[]
}

export interface StoryLine {
  /** ms since the epoch. */
  readonly at: number
  readonly type: string
  /** `browser`, `phone` or `operator`; empty where nobody can tell. */
  readonly actor: string
  /** The operator by name. */
  readonly by: string
  readonly node: string
  readonly user: string
  readonly verdict: string
  readonly reasons: readonly string[]
  /** A call, a code, a client: words of the log. */
  readonly more: readonly string[]
}

export function storyIn(answer: unknown): Story {
  const end = at(answer, 'end')
  return {
    ticket: text(at(answer, 'ticket')),
    state: text(at(answer, 'state')),
    expiresIn: number(at(answer, 'expires_in')),
    end: end ? { at: number(at(end, 'at')), cause: text(at(end, 'cause')) } : undefined,
    revocable: at(answer, 'revocable') === true,
    left: number(at(answer, 'left')) ?? 0,
    lines: list(at(answer, 'lines')).map(lineIn),
  }
}

function lineIn(one: unknown): StoryLine {
  const named = (name: string) => text(at(one, name))
  return {
    at: number(at(one, 'at')) ?? 0,
    type: named('type'),
    actor: named('actor'),
    by: named('by'),
    node: named('node'),
    user: named('user'),
    verdict: named('verdict'),
    reasons: list(at(one, 'reasons')).map(text),
    more: ['call', 'code', 'client', 'because', 'count'].map(named).filter(word => word !== ''),
  }
}

function text(value: unknown): string {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? value : ''
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
