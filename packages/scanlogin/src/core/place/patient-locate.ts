/**
 * A geo database is somebody else's, and what it tells is a hint beside an address: where it throws, is late or talks
 * nonsense, the place is not known, and nobody's sign-in ends by it, or waits for it longer than a moment.
 */
import { aboutNow, type Clock } from '../clock.ts'
import { plainText } from '../plain-text.ts'
import type { Locate, Place } from './place.ts'

export interface PatientLocateOptions {
  locate: Locate
  clock: Clock
  /** Hears of what went wrong, once a minute at most: the database is asked at each sign-in. */
  onError(error: unknown): void
}

export type PatientLocate = (address: string) => Promise<Place | undefined>

/** ms that a sign-in waits for a place. */
export const locateDeadline = 500

/** What it gives never rejects. */
export function createPatientLocate({ locate, clock, onError }: PatientLocateOptions): PatientLocate {
  let quietUntil = 0

  function tell(error: unknown): void {
    const now = aboutNow(clock)
    if (now < quietUntil) return
    quietUntil = now + 60_000
    onError(error)
  }

  return address =>
    new Promise(resolve => {
      const stop = clock.after(locateDeadline, () => {
        tell(new Error(`locate has not answered in ${locateDeadline} ms`))
        resolve(undefined)
      })
      const settle = (place: Place | undefined) => {
        stop()
        resolve(place)
      }
      asked(locate, address).then(settle, error => {
        tell(error)
        settle(undefined)
      })
    })
}

async function asked(locate: Locate, address: string): Promise<Place | undefined> {
  const answer: unknown = await locate(address)
  return answer === undefined || answer === null ? undefined : placeIn(answer)
}

/** Throws `TypeError` for what is no place: a database with other names for things is not known by silence. */
function placeIn(answer: unknown): Place {
  if (typeof answer !== 'object' || answer === null) throw new TypeError('locate gave what is no place')
  const fields: Partial<Record<keyof Place, unknown>> = answer
  const { name, latitude, longitude, country } = fields
  if (!isText(name) || !isText(country) || !isDegrees(latitude, 90) || !isDegrees(longitude, 180)) {
    throw new TypeError('locate gave what is no place: name and country are text, latitude and longitude are degrees')
  }
  const shown = plainText(name ?? '')
  return {
    ...(shown && { name: shown }),
    ...(latitude !== undefined && { latitude }),
    ...(longitude !== undefined && { longitude }),
    ...(country !== undefined && { country }),
  }
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

function isDegrees(value: unknown, most: number): value is number | undefined {
  return value === undefined || (typeof value === 'number' && Math.abs(value) <= most)
}
