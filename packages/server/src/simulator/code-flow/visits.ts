/** One visit to the page with the QR code: `waiting ─▶ scanned ─▶ confirmed | denied`, until its time is over. */
import type { Clock } from '../play/clock.ts'
import type { Identifiers } from '../play/identifiers.ts'
import { RefusedStep } from '../play/refused-step.ts'

export interface VisitWish {
  readonly appId: string
  readonly redirectUri: string
  readonly state: string
  readonly scope: string
  /** What else the address said that the service comes back to. */
  readonly details: Readonly<Record<string, string>>
}

/** Whether the page is open beside the phone, or on it. */
export type VisitPlace = 'desk' | 'phone'

export interface Visit extends VisitWish {
  readonly id: string
  readonly place: VisitPlace
  readonly status: 'waiting' | 'scanned' | 'confirmed' | 'denied'
  /** Who has scanned; empty for nobody. */
  readonly personId: string
  /** Where the browser goes now; empty while it stays. */
  readonly leadsTo: string
  /** ms since the epoch. */
  readonly expiresAt: number
}

export interface Visits {
  open(wish: VisitWish, place: VisitPlace): Visit
  /** Throws `RefusedStep` for an unknown one, and one that has expired. */
  find(id: string): Visit
  /** Those that have not expired, oldest first. */
  all(): readonly Visit[]
  scan(id: string, personId: string): Visit
  /** By whoever has scanned. */
  decide(id: string, status: 'confirmed' | 'denied', leadsTo: string): Visit
}

/** ms; none of the services documents it. */
const lifetime = 300_000

export function createVisits(clock: Clock, identifiers: Identifiers): Visits {
  const visits = new Map<string, Visit>()
  const put = (visit: Visit) => {
    visits.set(visit.id, visit)
    return visit
  }

  function find(id: string): Visit {
    const visit = visits.get(id)
    if (!visit) throw new RefusedStep('There is no such code')
    if (clock.now() >= visit.expiresAt) throw new RefusedStep('This code has expired')
    return visit
  }

  return {
    find,
    open(wish, place) {
      const id = identifiers.next(16)
      const expiresAt = clock.now() + lifetime
      return put({ ...wish, id, place, status: 'waiting', personId: '', leadsTo: '', expiresAt })
    },
    all: () => [...visits.values()].filter(({ expiresAt }) => clock.now() < expiresAt),
    scan(id, personId) {
      const visit = find(id)
      if (visit.status === 'confirmed' || visit.status === 'denied') throw new RefusedStep('This has been decided')
      if (visit.status === 'scanned' && visit.personId !== personId) {
        throw new RefusedStep('Somebody else has scanned this code')
      }
      return put({ ...visit, status: 'scanned', personId })
    },
    decide(id, status, leadsTo) {
      const visit = find(id)
      if (visit.status !== 'scanned') throw new RefusedStep('Nobody is looking at this code: scan it first')
      return put({ ...visit, status, leadsTo })
    },
  }
}
