/**
 * A check: one thing that must be true of a deployment, how it is tried, and what to do where it is not. It yields what
 * it finds out, remark by remark; a check that yields no `fail` and no `warn` has passed.
 */
import type { Scene } from './scene.ts'

export interface Check {
  /** For `--only`; never changes. */
  readonly id: string
  /** What is true where the check passes. */
  readonly title: string
  /** Flaws F1–F6 of the USENIX study, and rows of the threat table. */
  readonly reference: string
  /** What to do where it fails. */
  readonly advice: string
  /** `phone`: needs an API key, because phones take part. */
  readonly needs?: 'phone'
  /** It waits for lifetimes to end; tried with `--slow` only. */
  readonly slow?: true
  readonly play: (scene: Scene) => AsyncGenerator<Remark, void>
}

export interface Remark {
  readonly weight: 'fail' | 'warn' | 'note'
  readonly text: string
  /** The answers that show it. */
  readonly seen: readonly Seen[]
}

/** A reply, by which its request and answer are found again. */
export interface Seen {
  readonly headers: Headers
}

export function fail(text: string, ...seen: Seen[]): Remark {
  return { weight: 'fail', text, seen }
}

/** Weaker than it should be, but nothing that lets anybody in. */
export function warn(text: string, ...seen: Seen[]): Remark {
  return { weight: 'warn', text, seen }
}

/** Neither good nor bad. */
export function note(text: string, ...seen: Seen[]): Remark {
  return { weight: 'note', text, seen }
}

/** A step on the way to what a check is about did not work, so that the check can say nothing. */
export class Unready extends Error {
  override readonly name = 'Unready'
  readonly seen: readonly Seen[]

  constructor(message: string, ...seen: Seen[]) {
    super(message)
    this.seen = seen
  }
}
