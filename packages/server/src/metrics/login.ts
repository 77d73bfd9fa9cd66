/** How long people take from step to step, who waits, and how soon a waiting browser hears of "sign in". */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { type Login, lifetimes, type Ticket } from 'scanlogin'

export function measureLogin(login: Login, registry: Registry): Login {
  showWaiting(login, registry)
  const note = createAges(login, registry)
  return {
    ...login,
    wait: measureWait(login, registry),
    async scan(...given) {
      const scanned = await login.scan(...given)
      note('scanned', scanned.ticket)
      return scanned
    },
    async confirm(...given) {
      const confirmed = await login.confirm(...given)
      note(confirmed.ticket.state, confirmed.ticket)
      return confirmed
    },
    async verify(...given) {
      const ticket = await login.verify(...given)
      note(ticket.state, ticket)
      return ticket
    },
    async redeem(...given) {
      const redeemed = await login.redeem(...given)
      note('redeemed', redeemed.ticket)
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

function createAges({ clock }: Login, registry: Registry) {
  const ages = new Histogram({
    name: 'scanlogin_ticket_age_seconds',
    help: 'Age of a ticket when it takes a step. A call that is repeated counts again.',
    labelNames: ['step'],
    buckets: [1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 360],
    registers: [registry],
  })
  return (step: string, { birth }: Ticket) => {
    ages.observe({ step }, Math.max(0, clock.now() - birth.createdAt) / 1000)
  }
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
    // The deadline of `confirmed` says when that was.
    const confirmedAt = ticket.deadline - lifetimes.confirmed
    if (ticket.state === 'confirmed' && confirmedAt > begun) lag.observe(Math.max(0, now - confirmedAt) / 1000)
    return ticket
  }
}

function endOf({ state, deadline, version }: Ticket, since: number, now: number): string {
  if (now >= deadline && unfinished.has(state)) return 'expired'
  return version > since ? 'changed' : 'unchanged'
}

const unfinished: ReadonlySet<Ticket['state']> = new Set(['pending', 'scanned', 'verifying', 'confirmed'])
