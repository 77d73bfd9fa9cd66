/**
 * The journal of deliveries: an event is out of the outbox once it is in here, and it stays until long after it was
 * delivered. A delivery that is taken comes due again by itself, so one whose process dies is not lost.
 */
import { createHash } from 'node:crypto'
import type { TicketEvent } from 'scanlogin/outbox'
import type { Database, Row } from '../../accounts/sql/database.ts'
import type { Endpoint } from '../endpoint.ts'
import { type Delivery, type DeliveryState, deliveryId } from './delivery.ts'

export interface Journal {
  /** One delivery for each endpoint; what is there already is left as it is. Durable once it resolves. */
  add(event: TicketEvent, endpoints: readonly Endpoint[]): Promise<void>
  /**
   * Deliveries that are due, oldest first, at most `most`; they come due again after `lease` ms unless something else is
   * said of them. While one of a ticket's events waits, later ones of the same ticket are not due.
   */
  take(endpoint: string, most: number, lease: number): Promise<Delivery[]>
  delivered(delivery: Delivery, result: string): Promise<void>
  /** `pause` in ms; `undefined` for the last try. */
  failed(delivery: Delivery, result: string, pause: number | undefined): Promise<void>
  /** The endpoint wants nothing more, until it is enabled or its address is another one. */
  disable(endpoint: Endpoint): Promise<void>
  enable(endpoint: string): Promise<void>
  isDisabled(endpoint: Endpoint): Promise<boolean>
  list(options: { state: DeliveryState; endpoint?: string | undefined; most: number }): Promise<Delivery[]>
  count(state: DeliveryState): Promise<number>
  /** When the oldest that waits was added. */
  oldest(): Promise<number | undefined>
  /** It is due at once, with all its tries. `false` where there is no such delivery. */
  replay(id: string): Promise<boolean>
  /** Takes out what ended long ago. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** `now` in ms since the epoch. */
export function createJournal(database: Database, now: () => number = Date.now): Journal {
  const { sql } = database

  async function isDisabled({ name, url }: Endpoint): Promise<boolean> {
    const found = await sql(
      'SELECT 1 AS found FROM scanlogin_webhook_endpoints WHERE name = $1 AND url_digest = $2',
      name,
      digest(url),
    )
    return found.length > 0
  }

  return {
    async add(event, endpoints) {
      for (const endpoint of endpoints) {
        const dead = await isDisabled(endpoint)
        await sql(
          `INSERT INTO scanlogin_deliveries
            (id, endpoint, event_id, ticket, version, type, body, state, tries, next_at, added_at, ended_at, last_result)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $9, $10, $11) ON CONFLICT (id) DO NOTHING`,
          deliveryId(event, endpoint.name),
          endpoint.name,
          event.id,
          event.data.ticket,
          event.data.version,
          event.type,
          JSON.stringify(event),
          dead ? 'dead' : 'waiting',
          now(),
          dead ? now() : null,
          dead ? 'the endpoint is disabled' : null,
        )
      }
    },

    take: (endpoint, most, lease) =>
      database.transaction(async sql => {
        const rows = await sql(
          `SELECT * FROM scanlogin_deliveries AS due
          WHERE endpoint = $1 AND state = 'waiting' AND next_at <= $2 AND NOT EXISTS (
            SELECT 1 FROM scanlogin_deliveries AS earlier
            WHERE earlier.endpoint = due.endpoint AND earlier.ticket = due.ticket
              AND earlier.version < due.version AND earlier.state = 'waiting'
          )
          ORDER BY next_at LIMIT $3`,
          endpoint,
          now(),
          most,
        )
        for (const { id } of rows) {
          await sql(
            'UPDATE scanlogin_deliveries SET tries = tries + 1, next_at = $2 WHERE id = $1',
            String(id),
            now() + lease,
          )
        }
        return rows.map(toDelivery).map(delivery => ({ ...delivery, tries: delivery.tries + 1 }))
      }),

    async delivered({ id }, result) {
      // Whatever has been said of it meanwhile: the receiver has it.
      await sql(
        `UPDATE scanlogin_deliveries SET state = 'delivered', ended_at = $2, last_result = $3 WHERE id = $1`,
        id,
        now(),
        result,
      )
    },

    async failed({ id, tries }, result, pause) {
      // Not over what somebody else has made of it since.
      await sql(
        `UPDATE scanlogin_deliveries SET state = $3, next_at = $4, ended_at = $5, last_result = $6
        WHERE id = $1 AND tries = $2 AND state = 'waiting'`,
        id,
        tries,
        pause === undefined ? 'dead' : 'waiting',
        now() + (pause ?? 0),
        pause === undefined ? now() : null,
        result,
      )
    },

    async disable({ name, url }) {
      await sql(
        `INSERT INTO scanlogin_webhook_endpoints (name, url_digest, disabled_at) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET url_digest = excluded.url_digest, disabled_at = excluded.disabled_at`,
        name,
        digest(url),
        now(),
      )
      await sql(
        `UPDATE scanlogin_deliveries SET state = 'dead', ended_at = $2, last_result = 'the endpoint is disabled'
        WHERE endpoint = $1 AND state = 'waiting'`,
        name,
        now(),
      )
    },

    async enable(endpoint) {
      await sql('DELETE FROM scanlogin_webhook_endpoints WHERE name = $1', endpoint)
    },

    isDisabled,

    async list({ state, endpoint, most }) {
      const rows = await sql(
        `SELECT * FROM scanlogin_deliveries WHERE state = $1 AND ($2 = '' OR endpoint = $2)
        ORDER BY added_at DESC LIMIT $3`,
        state,
        endpoint ?? '',
        most,
      )
      return rows.map(toDelivery)
    },

    async count(state) {
      const [row] = await sql('SELECT count(*) AS number FROM scanlogin_deliveries WHERE state = $1', state)
      return Number(row?.number)
    },

    async oldest() {
      const [row] = await sql(`SELECT min(added_at) AS added FROM scanlogin_deliveries WHERE state = 'waiting'`)
      return row?.added === null || row?.added === undefined ? undefined : Number(row.added)
    },

    async replay(id) {
      const found = await sql('SELECT 1 AS found FROM scanlogin_deliveries WHERE id = $1', id)
      await sql(
        `UPDATE scanlogin_deliveries SET state = 'waiting', tries = 0, next_at = $2, ended_at = NULL WHERE id = $1`,
        id,
        now(),
      )
      return found.length > 0
    },

    async clear() {
      for (const [state, days] of Object.entries(keptDays)) {
        await sql(
          'DELETE FROM scanlogin_deliveries WHERE state = $1 AND ended_at < $2',
          state,
          now() - days * 86_400_000,
        )
      }
    },

    close: () => database.close(),
  }
}

const keptDays = { delivered: 7, dead: 30 }

/** An address may hold a secret: what it was is enough. */
function digest(url: string): string {
  return createHash('sha256').update(url).digest('base64url')
}

function toDelivery(row: Row): Delivery {
  const text = (column: string) => String(row[column])
  const number = (column: string) => Number(row[column])
  return {
    id: text('id'),
    endpoint: text('endpoint'),
    eventId: text('event_id'),
    type: text('type'),
    body: text('body'),
    // The table allows these three.
    state: text('state') as DeliveryState,
    tries: number('tries'),
    nextAt: number('next_at'),
    addedAt: number('added_at'),
    endedAt: row.ended_at === null ? undefined : number('ended_at'),
    lastResult: row.last_result === null ? undefined : text('last_result'),
  }
}
