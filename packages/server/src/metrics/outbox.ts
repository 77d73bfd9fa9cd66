/** What waits to be told: events in the outbox, and webhooks in the journal. Both are shared, so each process shows the same. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Outbox, Relay } from 'scanlogin/outbox'

export interface OutboxMetrics {
  /** Asks these whenever somebody looks. */
  watch(watched: Watched): void
}

export interface Watched {
  readonly relay: Pick<Relay, 'counts'>
  readonly outbox: Pick<Outbox, 'parts' | 'depth'>
  readonly journal?: Backlog | undefined
}

export interface Backlog {
  count(state: 'waiting' | 'dead'): Promise<number>
  /** When the oldest delivery that waits was added, ms since the epoch. */
  oldest(): Promise<number | undefined>
}

export function measureOutbox(registry: Registry): OutboxMetrics {
  const registers = [registry]
  return {
    watch({ relay, outbox, journal }) {
      const counter = (name: string, help: string, count: () => number) =>
        new Counter({
          name,
          help,
          registers,
          collect() {
            this.reset()
            this.inc(count())
          },
        })
      counter('scanlogin_outbox_delivered_total', 'Events that this process has handed on.', () => {
        return relay.counts().delivered
      })
      counter('scanlogin_outbox_failures_total', 'Tries of this process to hand an event on that failed.', () => {
        return relay.counts().failures
      })
      if (outbox.parts <= mostAsked) showDepth(outbox, registry)
      if (journal) showBacklog(journal, registry)
    },
  }
}

/** A cluster has a part for each of its 16,384 slots: too many to ask at each look. */
const mostAsked = 64

function showDepth({ parts, depth }: Watched['outbox'], registry: Registry): void {
  new Gauge({
    name: 'scanlogin_outbox_depth',
    help: 'Events in the outbox that nobody has handed on yet. Not shown on a Redis Cluster.',
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const depths = Promise.all(Array.from({ length: parts }, (_, part) => depth(part)))
      await depths.then(found => this.set(found.reduce((sum, one) => sum + one, 0)), unknown(this))
    },
  })
}

function showBacklog(journal: Backlog, registry: Registry): void {
  const states = ['waiting', 'dead'] as const
  new Gauge({
    name: 'scanlogin_webhooks',
    help: 'Webhooks that wait for their next try, and dead letters of the last 30 days.',
    labelNames: ['state'],
    aggregator: 'max',
    registers: [registry],
    async collect() {
      for (const state of states) {
        await journal.count(state).then(count => this.set({ state }, count), unknown(this))
      }
    },
  })
  new Gauge({
    name: 'scanlogin_webhook_oldest_seconds',
    help: 'How long the oldest webhook has waited; 0 where none waits.',
    aggregator: 'max',
    registers: [registry],
    async collect() {
      const age = (added: number | undefined) => (added === undefined ? 0 : Math.max(0, Date.now() - added) / 1000)
      await journal.oldest().then(added => this.set(age(added)), unknown(this))
    },
  })
}

/** Where it cannot be asked nothing is shown, rather than what was true before. */
function unknown(gauge: Gauge): () => void {
  return () => gauge.reset()
}
