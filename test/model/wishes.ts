/** What people may want to do with a ticket, before it is known how far it has come and which phones have scanned it. */
import fc from 'fast-check'
import { type Attempt, isShown } from './people.ts'
import type { Call } from './rules.ts'

export interface Wish {
  readonly verb: Exclude<Call['verb'], 'wait'>
  readonly user: string
  /** Whether the phone says whose it is. */
  readonly named: boolean
  readonly phone: number
  readonly right: boolean
}

export function wishes(): fc.Arbitrary<Wish> {
  return fc.record({
    verb: fc.constantFrom('read', 'scan', 'scan', 'confirm', 'confirm', 'deny', 'verify', 'verify', 'cancel', 'redeem'),
    user: fc.oneof({ weight: 3, arbitrary: fc.constant('alice') }, fc.constant('bob')),
    named: fc.boolean(),
    phone: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(2)),
    right: fc.oneof({ weight: 2, arbitrary: fc.constant(true) }, fc.constant(false)),
  })
}

/** `scan` names the next scan, if it is to be one. */
export function callOf({ verb, user, named, phone, right }: Wish, attempt: Attempt, scan: string): Call {
  const scans = [...attempt.held.keys()].reverse()
  const token = scans[phone % Math.max(1, scans.length)] ?? 'none'
  switch (verb) {
    case 'scan':
      return { verb, user, token: scan }
    case 'confirm':
    case 'deny':
      return { verb, token, ...(named && { user }) }
    case 'verify': {
      const shown = scans.find(one => isShown(attempt, one))
      return { verb, code: right && shown !== undefined ? shown : 'wrong' }
    }
    default:
      return { verb }
  }
}

/** The calls of a sign-in that goes well: a story that starts after some of them sees more than one that starts anew. */
export const goodWay: readonly Wish[] = (['scan', 'confirm', 'verify'] as const).map(verb => {
  return { verb, user: 'alice', named: true, phone: 0, right: true }
})
