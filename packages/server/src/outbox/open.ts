/** The outbox of a server: who is told of events, and the relay that tells them. */
import type { Store } from 'scanlogin'
import { type EventChoice, readTicketEvent, startRelay, type TicketEventListener } from 'scanlogin/outbox'
import { fromIoredis, redisStream } from 'scanlogin/redis'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { openClient } from '../store/client.ts'
import { onFailure } from '../store/failures.ts'
import { openWebhooks, type Webhooks } from '../webhooks/open.ts'

export interface ServerOutbox {
  /** For the login. */
  readonly store: Store
  /** For the login; absent where nobody is told. */
  readonly keepEvents?: EventChoice
  readonly webhooks?: Webhooks
  /** After the last call was answered, and before the store is closed. */
  stop(): Promise<void>
}

export interface ServerOutboxOptions {
  config: Config
  store: Store
  log: Log
  metrics: Pick<Metrics, 'outbox'>
}

/** Throws `ConfigError` for a journal that cannot be opened. */
export async function openOutbox({ config, store, log, metrics }: ServerOutboxOptions): Promise<ServerOutbox> {
  const webhooks = await openWebhooks({ config, log })
  const stream = openStream(config, log)
  const to = [stream?.listener, webhooks?.listener].filter(listener => listener !== undefined)
  if (to.length === 0) return { store, async stop() {} }
  const relay = startRelay({
    store,
    to,
    onFailure({ error, event, givenUp }) {
      const known = { err: error, ...(event && { id: event.id, type: event.type }) }
      if (givenUp) log.error(known, 'an event was given up')
      else log.warn(known, event ? 'an event could not be handed on' : 'the outbox cannot be read')
    },
  })
  if (store.outbox) metrics.outbox()?.watch({ relay, outbox: store.outbox, journal: webhooks?.journal })
  return {
    store: config.SCANLOGIN_STORE === 'memory:' && webhooks ? tellingFirst(store, webhooks.listener) : store,
    keepEvents: config.SCANLOGIN_EVENTS,
    ...(webhooks && { webhooks }),
    async stop() {
      await relay.stop()
      stream?.close()
      await webhooks?.stop()
    },
  }
}

function openStream(config: Config, log: Log): { listener: TicketEventListener; close(): void } | undefined {
  const { SCANLOGIN_EVENT_STREAM: stream, SCANLOGIN_STORE: address } = config
  if (stream === undefined) return undefined
  const client = openClient(address)
  onFailure(client, address, error => log.warn({ err: error }, 'the connection to the event stream failed'))
  return { listener: redisStream(fromIoredis(client), { stream }), close: () => client.disconnect() }
}

/**
 * An outbox in memory goes with the process, so whoever is answered must not be the only one who knows: the journal has
 * the event before the answer goes out. What the journal does not take the relay hands on later.
 */
export function tellingFirst(store: Store, listener: TicketEventListener): Store {
  return {
    ...store,
    async put(key, entry, only) {
      const written = await store.put(key, entry, only)
      for (const text of written ? (only?.also?.events ?? []) : []) {
        const event = readTicketEvent(text)
        // The step is taken, whatever becomes of this.
        if (event) await Promise.resolve(listener(event)).catch(() => {})
      }
      return written
    },
  }
}
