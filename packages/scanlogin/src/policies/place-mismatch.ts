/** A browser and a phone that are far apart: one of them is not where its user is. */
import type { Locate, Place } from '../core/place/place.ts'
import { allow, type Policy, type Required } from '../core/policy/policy.ts'

export interface PlaceMismatchOptions {
  /**
   * Where an address is, by a geo database of the host's own; `undefined` where it does not know. What it throws denies,
   * as with every policy.
   */
  locate: Locate
  /** How far apart they may be, in km. Default 300: addresses are no better known than that. */
  within?: number
  /** What is required otherwise. Default a check code of 4 digits. */
  require?: Omit<Required, 'verdict' | 'reasons'>
}

/** Where a place is not known nothing is required: `sameNetwork` and `newBrowser` do not depend on a database. */
export function placeMismatch({ locate, within = 300, require = { checkCode: 4 } }: PlaceMismatchOptions): Policy {
  return {
    name: 'place-mismatch',
    async decide(step) {
      if (step.step !== 'scan') return allow
      const { address, phoneAddress } = step
      if (address === undefined || phoneAddress === undefined) return allow
      const [browser, phone] = await Promise.all([locate(address), locate(phoneAddress)])
      if (!browser || !phone || !isApart(browser, phone, within)) return allow
      return { ...require, verdict: 'require', reasons: ['other_place'] }
    },
  }
}

function isApart(one: Place, other: Place, within: number): boolean {
  const abroad = one.country !== undefined && other.country !== undefined && one.country !== other.country
  const apart = isPoint(one) && isPoint(other) ? kilometres(one, other) : 0
  return abroad || apart > within
}

interface Point {
  readonly latitude: number
  readonly longitude: number
}

function isPoint(place: Place): place is Place & Point {
  return place.latitude !== undefined && place.longitude !== undefined
}

/** Along the surface of the earth. */
function kilometres(one: Point, other: Point): number {
  const [north, south] = [radians(one.latitude), radians(other.latitude)]
  const east = radians(other.longitude - one.longitude)
  const half = Math.sin((south - north) / 2) ** 2 + Math.cos(north) * Math.cos(south) * Math.sin(east / 2) ** 2
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(half)))
}

function radians(degrees: number): number {
  return (degrees / 180) * Math.PI
}
