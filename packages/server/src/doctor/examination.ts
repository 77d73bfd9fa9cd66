/** An examination: one thing that has to be as it should where the server runs, and what it has found. */
import type { Patient } from './patient.ts'

export interface Examination {
  /** For `--only`; never changes. */
  readonly id: string
  /** What is true where nothing is wrong. */
  readonly title: string
  /** One finding at least; several where several things are wrong. A rejection with `Unready` leaves it out. */
  readonly examine: (patient: Patient) => Promise<readonly Finding[]>
}

export type Verdict = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Finding {
  readonly verdict: Verdict
  /** What was seen. Of a skipped one: why it was not looked at. */
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
}

export function ok(found: string): Finding {
  return { verdict: 'ok', found }
}

/** It works, and will not one day, or not for everybody. */
export function warn(found: string, remedy: string): Finding {
  return { verdict: 'warn', found, remedy }
}

/** People cannot sign in, or it is not safe that they can. */
export function fail(found: string, remedy: string): Finding {
  return { verdict: 'fail', found, remedy }
}

export function skipped(why: string): Finding {
  return { verdict: 'skipped', found: why }
}

/** What an examination needs is not there: another one says why. */
export class Unready extends Error {
  override readonly name = 'Unready'
}
