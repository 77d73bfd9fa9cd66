/**
 * Every path there is: from a new ticket, all orders of all steps by two users and one browser, with the clock moved
 * up to and over each deadline, until no new situation turns up. What the other tests show for one path holds for all.
 */
import { describe, expect, it } from 'vitest'
import { LoginError, type LoginErrorCode } from './errors.ts'
import {
  cancel,
  confirm,
  deny,
  holder,
  isFinal,
  lifetimes,
  open,
  redeem,
  type StateNow,
  scan,
  stateAt,
  type Ticket,
  verify,
  versionAt,
} from './ticket.ts'

interface Situation {
  readonly ticket: Ticket
  readonly now: number
}

interface Move extends Situation {
  readonly action: string
  readonly outcome: Ticket | LoginErrorCode
}

const actions: Record<string, (ticket: Ticket, now: number) => Ticket> = {
  'scan by A': (ticket, now) => scan(ticket, phone('A', ticket), now),
  'scan by B': (ticket, now) => scan(ticket, phone('B', ticket), now),
  confirm: (ticket, now) => confirm(ticket, {}, now),
  'confirm, code asked': (ticket, now) => confirm(ticket, { checkCodeHash: 'right' }, now),
  'right code': (ticket, now) => verify(ticket, 'right', now),
  'wrong code': (ticket, now) => verify(ticket, 'wrong', now),
  deny,
  cancel,
  redeem,
}

const drawing = [
  'pending ─ scan by A ▶ scanned',
  'pending ─ scan by B ▶ scanned',
  'scanned ─ confirm ▶ confirmed',
  'scanned ─ confirm, code asked ▶ verifying',
  'scanned ─ deny ▶ denied',
  'verifying ─ right code ▶ confirmed',
  'verifying ─ wrong code ▶ denied',
  'verifying ─ deny ▶ denied',
  'confirmed ─ deny ▶ denied',
  'confirmed ─ redeem ▶ redeemed',
  'pending ─ cancel ▶ cancelled',
  'scanned ─ cancel ▶ cancelled',
  'verifying ─ cancel ▶ cancelled',
  'confirmed ─ cancel ▶ cancelled',
]

const birth = {
  id: '0123456789ABCDEFGHJKMNPQRS',
  createdAt: 0,
  secretHash: 'secret',
  rotationKey: undefined,
  clientId: undefined,
  returnTo: undefined,
  codeChallenge: undefined,
  origin: { ip: undefined, browser: 'Firefox', os: 'Linux' },
}

const { situations, moves } = explore(open(birth, lifetimes.pending))
const changes = moves.flatMap(({ outcome, ...move }) =>
  typeof outcome === 'object' && outcome !== move.ticket ? [{ ...move, next: outcome }] : [],
)

describe('on every path a ticket', () => {
  it('comes to every state, contended or not, and expires from each that is not final', () => {
    const seen = new Set(situations.map(({ ticket, now }) => `${ticket.state}, ${stateAt(ticket, now)}`))
    expect([...seen].sort()).toEqual([
      'cancelled, cancelled',
      'confirmed, confirmed',
      'confirmed, expired',
      'denied, denied',
      'pending, expired',
      'pending, pending',
      'redeemed, redeemed',
      'scanned, expired',
      'scanned, scanned',
      'verifying, expired',
      'verifying, verifying',
    ])
    expect(situations.length).toBeGreaterThan(1000)
  })

  it('moves along all arrows of the drawing and no others', () => {
    const arrows = changes
      .filter(({ ticket, next }) => ticket.state !== next.state)
      .map(({ ticket, now, action, next }) => `${stateAt(ticket, now)} ─ ${action} ▶ ${next.state}`)
    expect([...new Set(arrows)].sort()).toEqual([...drawing].sort())
  })

  it('has exactly one version more after a change', () => {
    expect(changes.filter(({ ticket, next }) => next.version !== ticket.version + 1)).toEqual([])
  })

  it('stays the very same object when nothing has changed', () => {
    expect(changes.filter(({ ticket, next }) => withoutVersion(ticket) === withoutVersion(next))).toEqual([])
  })

  it('does not change any more once it has ended', () => {
    expect(changes.filter(({ ticket, now }) => isFinal(stateAt(ticket, now)))).toEqual([])
  })

  it('looks no older to a client than it looked before', () => {
    expect(changes.filter(({ ticket, next, now }) => versionAt(next, now) <= versionAt(ticket, now))).toEqual([])
  })

  it('stays with the user who scanned it first', () => {
    expect(changes.filter(({ ticket, next }) => holder(ticket) && holder(next)?.id !== holder(ticket)?.id)).toEqual([])
  })

  it('stays with the phone that scanned last once that has confirmed', () => {
    const moved = changes.filter(
      ({ ticket, next }) => ticket.state !== 'scanned' && tokenOf(ticket) && tokenOf(next) !== tokenOf(ticket),
    )
    expect(moved).toEqual([])
  })

  it('does not forget that it was contended', () => {
    expect(changes.filter(({ ticket, next }) => ticket.contended && !next.contended)).toEqual([])
  })

  it('is contended only by the scan of a user who does not hold it', () => {
    const marks = changes.filter(({ ticket, next }) => next.contended && !ticket.contended)
    expect(marks.length).toBeGreaterThan(0)
    expect(
      marks.filter(({ ticket, action }) => action !== `scan by ${holder(ticket)?.id === 'A' ? 'B' : 'A'}`),
    ).toEqual([])
  })

  it('loses a try with each wrong code and is denied with the third', () => {
    const misses = changes.filter(({ action }) => action === 'wrong code')
    const wrong = misses.filter(({ ticket, next }) => triesOf(next) !== (triesOf(ticket) ?? 0) - 1)
    expect(new Set(misses.map(({ ticket }) => triesOf(ticket)))).toEqual(new Set([3, 2, 1]))
    expect(wrong).toEqual([])
  })

  it('lives a bounded time: 300 s before the confirm, 60 s for the code, 30 s to collect', () => {
    const limit = { pending: 120_000, scanned: 300_000, verifying: 360_000, confirmed: 390_000 }
    const late = situations.filter(
      ({ ticket }) => ticket.state in limit && ticket.deadline > limit[ticket.state as keyof typeof limit],
    )
    expect(late).toEqual([])
    expect(Math.max(...situations.map(({ ticket }) => ticket.deadline))).toBeLessThanOrEqual(420_000)
  })

  it('has time left when it enters a state, and never less because somebody scanned', () => {
    const live = changes.filter(({ next }) => !isFinal(next.state))
    expect(live.filter(({ next, now }) => next.deadline <= now)).toEqual([])
    expect(
      live.filter(({ next, ticket, action }) => action.startsWith('scan') && next.deadline < ticket.deadline),
    ).toEqual([])
  })

  it('refuses with the reason why it has ended', () => {
    const reasons: Partial<Record<StateNow, LoginErrorCode>> = {
      expired: 'ticket_expired',
      denied: 'ticket_denied',
      cancelled: 'ticket_cancelled',
      redeemed: 'already_redeemed',
    }
    const refusals = moves.filter(
      ({ ticket, now, outcome }) => typeof outcome === 'string' && isFinal(stateAt(ticket, now)),
    )
    expect(refusals.length).toBeGreaterThan(0)
    expect(refusals.filter(({ ticket, now, outcome }) => outcome !== reasons[stateAt(ticket, now)])).toEqual([])
  })
})

/** All situations that can come about, and what each action does in each of them. */
function explore(start: Ticket): { situations: Situation[]; moves: Move[] } {
  const seen = new Map<string, Situation>()
  const moves: Move[] = []
  const queue: Situation[] = []
  const reach = (situation: Situation) => {
    const key = `${situation.now} ${withoutVersion(situation.ticket)}`
    if (seen.has(key)) return
    seen.set(key, situation)
    queue.push(situation)
  }
  reach({ ticket: start, now: 0 })
  for (const { ticket, now } of queue) {
    for (const [action, act] of Object.entries(actions)) {
      const outcome = attempt(() => act(ticket, now))
      moves.push({ ticket, now, action, outcome })
      if (typeof outcome === 'object') reach({ ticket: outcome, now })
    }
    for (const later of laterTimes(ticket, now)) reach({ ticket, now: later })
  }
  return { situations: [...seen.values()], moves }
}

/** A while later, the last moment of the present state, and the first after it. */
function laterTimes({ deadline }: Ticket, now: number): number[] {
  // Past the end of every deadline there is nothing new to see, and the exploration comes to its end.
  return [now + 40_000, deadline - 1, deadline].filter(time => time > now && time < 500_000)
}

function attempt(act: () => Ticket): Ticket | LoginErrorCode {
  try {
    return act()
  } catch (error) {
    if (error instanceof LoginError) return error.code
    throw error
  }
}

/** Each scan brings a token that the ticket does not have yet. */
function phone(id: string, ticket: Ticket) {
  return { user: { id }, scanTokenHash: tokenOf(ticket) === `${id}1` ? `${id}2` : `${id}1` }
}

function tokenOf(ticket: Ticket): string | undefined {
  return 'phone' in ticket ? ticket.phone?.scanTokenHash : undefined
}

/** Of a ticket that was denied: 0. */
function triesOf(ticket: Ticket): number | undefined {
  if (ticket.state === 'denied') return 0
  return ticket.state === 'verifying' ? ticket.attemptsLeft : undefined
}

function withoutVersion({ version: _version, birth: _birth, ...rest }: Ticket): string {
  return JSON.stringify(rest)
}
