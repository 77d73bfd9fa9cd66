/** Webhooks, put together: a journal, and a sender that works through it. */
import type { Hono } from 'hono'
import type { TicketEventListener } from 'scanlogin/outbox'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Journal } from './journal/journal.ts'
import { openJournal } from './journal/open.ts'
import { webhookRoutes } from './routes.ts'
import { createDestinations } from './sending/destination.ts'
import { startSender } from './sending/sender.ts'

export interface Webhooks {
  /** For the relay: an event is taken once the journal has it. */
  readonly listener: TicketEventListener
  readonly routes: Hono
  readonly journal: Pick<Journal, 'count' | 'oldest'>
  stop(): Promise<void>
}

/** `undefined` where there is no endpoint. Throws `ConfigError` for a journal that cannot be opened. */
export async function openWebhooks({ config, log }: { config: Config; log: Log }): Promise<Webhooks | undefined> {
  const {
    SCANLOGIN_WEBHOOKS: endpoints,
    SCANLOGIN_WEBHOOKS_PRIVATE: permitted,
    SCANLOGIN_API_KEY: apiKeys = [],
  } = config
  if (!endpoints) return undefined
  const journal = await openJournal(config.SCANLOGIN_WEBHOOKS_DATABASE, log)
  const sender = startSender({ journal, endpoints, destinations: createDestinations(permitted), log })
  return {
    async listener(event) {
      await journal.add(
        event,
        endpoints.filter(({ types }) => !types || types.includes(event.type)),
      )
      sender.wake()
    },
    routes: webhookRoutes({ journal, sender, endpoints, apiKeys }),
    journal,
    async stop() {
      await sender.stop()
      await journal.close()
    },
  }
}
