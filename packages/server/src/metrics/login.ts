/**
 * The way of a ticket, step by step: how many take each step, after how long, why some are refused, and how soon a
 * waiting browser hears of "sign in".
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Login, Ticket } from 'scanlogin'

export function measureLogin(login: Login, registry: Registry): Login {
  showWaiting(login, registry)
  const note = createNotes(registry)
  const refusal = createRefusals(registry)
  const wait = measureWait(login, registry)
  return {
    ...login,
    async create(...given) {
      const created = await refusal('create', login.create(...given))
      note('created', created.ticket, created.ticket.birth.createdAt)
      return created
    },
    read: (...given) => refusal('read', login.read(...given)),
    wait: (...given) => refusal('wait', wait(...given)),
    async scan(...given) {
      const scanned = await refusal('scan', login.scan(...given))
      note('scanned', scanned.ticket, login.clock.now())
      return scanned
    },
    async confirm(...given) {
      const confirmed = await refusal('confirm', login.confirm(...given))
      note(confirmed.ticket.state, confirmed.ticket, login.clock.now())
      return confirmed
    },
    async deny(...given) {
      const ticket = await refusal('deny', login.deny(...given))
      note(ticket.state, ticket, login.clock.now())
      return ticket
    },
    async verify(...given) {
      const ticket = await refusal('verify', login.verify(...given))
      note(ticket.state, ticket, login.clock.now())
      return ticket
    },
    async cancel(...given) {
      const ticket = await refusal('cancel', login.cancel(...given))
      note(ticket.state, ticket, login.clock.now())
      return ticket
    },
    async redeem(...given) {
      const redeemed = await refusal('redeem', login.redeem(...given))
      note('redeemed', redeemed.ticket, login.clock.now())
      return redeemed
    },
  }
}

function showWaiting(login: Login, registry: Registry): void {
  new Gauge({
    name: 'scanlogin_waiting_browsers',
    help: 'Browsers that wait at this process: long polls, event streams and sockets.',
    registers: [registry],
    collect() {
      this.set(login.waiting())
    },
  })
  new Counter({
    name: 'scanlogin_hint_misses_total',
    help: 'Changes that waiting browsers found by looking again: their hint got lost.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(login.hintMisses())
    },
  })
  new Gauge({
    name: 'scanlogin_draining',
    help: '1 once this process lets nobody wait any more, because it goes down.',
    registers: [registry],
    collect() {
      this.set(login.draining() ? 1 : 0)
    },
  })
}

const steps = ['created', 'scanned', 'verifying', 'confirmed', 'redeemed', 'denied', 'cancelled']

function createNotes(registry: Registry) {
  const counts = new Counter({
    name: 'scanlogin_ticket_steps_total',
    help: 'Steps that tickets have taken at this process. A call that is repeated counts again.',
    labelNames: ['step'],
    registers: [registry],
  })
  const ages = new Histogram({
    name: 'scanlogin_ticket_age_seconds',
    help: 'Age of a ticket when it takes a step.',
    labelNames: ['step'],
    buckets: [1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 360],
    registers: [registry],
  })
  // At 0 from the start: what never happens shows as nothing, and not as a gap.
  for (const step of steps) counts.inc({ step }, 0)
  return (step: string, { birth }: Ticket, now: number) => {
    counts.inc({ step })
    if (step !== 'created') ages.observe({ step }, Math.max(0, now - birth.createdAt) / 1000)
  }
}

function createRefusals(registry: Registry) {
  const refusals = new Counter({
    name: 'scanlogin_refusals_total',
    help: 'Calls that were refused, by the code that the caller was told.',
    labelNames: ['call', 'code'],
    registers: [registry],
  })
  return async <T>(call: string, answer: Promise<T>): Promise<T> => {
    try {
      return await answer
    } catch (error) {
      refusals.inc({ call, code: codeOf(error) })
      throw error
    }
  }
}

/** Codes are a fixed list. By name and not by class: the login may come from another copy of the library. */
function codeOf(error: unknown): string {
  return error instanceof Error && error.name === 'LoginError' && 'code' in error ? String(error.code) : 'bug'
}

function measureWait({ wait, clock }: Login, registry: Registry): Login['wait'] {
  const lag = new Histogram({
    name: 'scanlogin_wake_lag_seconds',
    help: 'From "sign in" on the phone, at whatever process, until the browser that waits here is told.',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const waits = new Counter({
    name: 'scanlogin_waits_total',
    help: 'Waits that have ended: with a change, with the end of the ticket by its deadline, or with nothing new.',
    labelNames: ['end'],
    registers: [registry],
  })
  for (const end of ['changed', 'expired', 'unchanged']) waits.inc({ end }, 0)
  return async (id, secret, options) => {
    const begun = clock.now()
    const ticket = await wait(id, secret, options)
    const now = clock.now()
    waits.inc({ end: endOf(ticket, options.since, now) })
    const confirmedAt = ticket.deadline - confirmedFor
    if (ticket.state === 'confirmed' && confirmedAt > begun) lag.observe(Math.max(0, now - confirmedAt) / 1000)
    return ticket
  }
}

function endOf({ state, deadline, version }: Ticket, since: number, now: number): string {
  if (now >= deadline && unfinished.has(state)) return 'expired'
  return version > since ? 'changed' : 'unchanged'
}

const unfinished: ReadonlySet<Ticket['state']> = new Set(['pending', 'scanned', 'verifying', 'confirmed'])

/** ms between confirm and the end of `confirmed`, as docs/protocol.md has it: so the ticket says when that was. */
const confirmedFor = 30_000
