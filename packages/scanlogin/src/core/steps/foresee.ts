/**
 * The codes that a browser is going to show, for a phone that has read the one of this moment and on which nobody is
 * signed in yet: signing in takes longer than a code is good for. Whoever reads the screen could scan at once; what they
 * get here lets them do so a little later, and no longer than the browser waits for a phone.
 */
import { makePayload, stepSeconds } from '../codes/qr-payload.ts'
import { LoginError } from '../errors.ts'
import { stateAt } from '../ticket.ts'
import type { House } from './house.ts'
import { idInQr } from './phone.ts'

export interface Foreseen {
  /** The one of this moment, and those after it. One alone where the code does not change. */
  readonly codes: readonly string[]
  /** Seconds until the second of them takes the first one's place. */
  readonly nextIn: number
  /** Seconds that each of the others is shown for. */
  readonly stepSeconds: number
}

export async function foresee(house: House, qr: string): Promise<Foreseen> {
  const { tickets, clock, scanUrl } = house
  const id = await idInQr(house, qr)
  // What lies ahead of a ticket that has been scanned is not for another phone to know.
  const ticket = await tickets.recall(id, ({ state }) => state === 'pending')
  const now = clock.now()
  if (stateAt(ticket, now) !== 'pending') throw new LoginError('wrong_state')
  const { createdAt, rotationKey } = ticket.birth
  const step = stepSeconds * 1000
  const age = Math.max(0, now - createdAt)
  const first = Math.floor(age / step)
  const last = rotationKey === undefined ? first : Math.floor((ticket.deadline - createdAt - 1) / step)
  const ages = Array.from({ length: last - first + 1 }, (_, ahead) => (first + ahead) * step)
  const codes = await Promise.all(ages.map(age => makePayload(id, rotationKey, age)))
  return { codes: codes.map(code => `${scanUrl}#${code}`), nextIn: stepSeconds - (age % step) / 1000, stepSeconds }
}
