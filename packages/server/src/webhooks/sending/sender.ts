/** Works through the journal: takes what is due for each endpoint, posts it, and writes down what came of it. */
import type { BreakerState } from 'scanlogin/expiry'
import type { Log } from '../../log.ts'
import type { Endpoint } from '../endpoint.ts'
import type { Delivery } from '../journal/delivery.ts'
import type { Journal } from '../journal/journal.ts'
import { admitted, createEndpointBreaker, longestRest } from './breaker.ts'
import type { Destinations } from './destination.ts'
import { type Posted, post } from './post.ts'
import { pauseAfter } from './schedule.ts'
import { signatureHeaders } from './signature.ts'

export interface SenderOptions {
  journal: Journal
  endpoints: readonly Endpoint[]
  destinations: Destinations
  log: Log
  /** Deliveries under way at a time, for one endpoint. Default 8. */
  concurrency?: number
  /** ms that a receiver may take. Default 15,000. */
  timeout?: number
  /** Default: `pauseAfter`. */
  pause?: typeof pauseAfter
}

export interface Sender {
  /** Something may be due. */
  wake(): void
  /** Whether the endpoint is asked at the moment. */
  state(endpoint: string): BreakerState
  /** Takes nothing more; gives what is under way some seconds, and leaves it to the next process. */
  stop(): Promise<void>
}

export function startSender(options: SenderOptions): Sender {
  const lanes = options.endpoints.map(endpoint => createLane(endpoint, options))
  const wake = () => {
    for (const lane of lanes) lane.wake()
  }
  const looks = setInterval(wake, lookInterval)
  const clearing = setInterval(() => options.journal.clear().catch(() => {}), clearingInterval)
  wake()
  return {
    wake,
    state: name => lanes.find(({ endpoint }) => endpoint.name === name)?.breaker.state(Date.now()) ?? 'closed',
    async stop() {
      clearInterval(looks)
      clearInterval(clearing)
      await Promise.all(lanes.map(lane => lane.stop()))
    },
  }
}

/** ms; what another process has written into the journal is found in that time. */
const lookInterval = 1000
const clearingInterval = 3_600_000
/** ms beyond the receiver's time until a delivery whose process has died comes due again. */
const leaseMargin = 5000
/** ms that deliveries under way are given at the end. */
const lastPatience = 5000

function createLane(endpoint: Endpoint, options: SenderOptions) {
  const { journal, destinations, log, concurrency = 8, timeout = 15_000, pause = pauseAfter } = options
  const breaker = createEndpointBreaker()
  const under = new Set<Promise<void>>()
  const ending = new AbortController()
  let looking: Promise<void> | undefined
  let again = false
  let stopped = false

  function wake(): void {
    again = true
    looking ??= look().finally(() => {
      looking = undefined
    })
  }

  async function look(): Promise<void> {
    while (again && !stopped) {
      again = false
      const free = admitted(breaker.state(Date.now()), under.size, concurrency)
      if (free === 0) return
      try {
        for (const delivery of await journal.take(endpoint.name, free, timeout + leaseMargin)) begin(delivery)
      } catch (error) {
        log.warn({ err: error }, 'the journal of webhooks cannot be read')
      }
    }
  }

  function begin(delivery: Delivery): void {
    const run = deliver(delivery)
      // It comes due again by itself.
      .catch(error => log.warn({ err: error, delivery: delivery.id }, 'the journal of webhooks cannot be written'))
      .finally(() => {
        under.delete(run)
        wake()
      })
    under.add(run)
  }

  async function deliver(delivery: Delivery): Promise<void> {
    const { eventId: id, body } = delivery
    const headers = signatureHeaders({ id, body, at: Date.now() }, endpoint.secrets)
    let posted: Posted
    try {
      posted = await post({ url: endpoint.url, headers, body }, { destinations, timeout, signal: ending.signal })
    } catch (error) {
      // Whoever comes next tries it as if this try had not been.
      if (!ending.signal.aborted) await fail(delivery, error instanceof Error ? error.message : 'no answer')
      return
    }
    const { status, retryAfter } = posted
    if (status >= 200 && status < 300) {
      breaker.succeeded()
      await journal.delivered(delivery, `answered ${status}`)
    } else if (status === 410) await disable()
    else await fail(delivery, `answered ${status}`, retryAfter)
  }

  async function fail(delivery: Delivery, result: string, retryAfter?: number): Promise<void> {
    breaker.failed(Date.now())
    if (retryAfter !== undefined) breaker.rest(Math.min(retryAfter * 1000, longestRest), Date.now())
    const ms = pause(delivery.tries, retryAfter)
    const known = { endpoint: endpoint.name, delivery: delivery.id, tries: delivery.tries, result }
    if (ms === undefined) log.error(known, 'a webhook was given up: replay it once the endpoint takes it')
    else log.warn({ ...known, seconds: Math.round(ms / 1000) }, 'a webhook was not taken')
    await journal.failed(delivery, result, ms)
  }

  async function disable(): Promise<void> {
    log.error({ endpoint: endpoint.name }, 'an endpoint has answered 410 Gone: it gets no more webhooks')
    await journal.disable(endpoint)
  }

  return {
    endpoint,
    breaker,
    wake,
    async stop() {
      stopped = true
      await looking
      const timer = setTimeout(() => ending.abort(), lastPatience)
      await Promise.all(under)
      clearTimeout(timer)
    },
  }
}
