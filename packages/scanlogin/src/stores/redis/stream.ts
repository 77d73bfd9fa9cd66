/**
 * Events for a team's own consumers, in a Redis stream that they read as they like, with groups or without. An event may
 * stand there twice, because the relay delivers at least once; its `id` is the same then.
 */
import type { TicketEvent } from '../../core/events/ticket-event.ts'
import type { RedisPort } from './port.ts'

export interface RedisStreamOptions {
  /** The key of the stream. Default `scanlogin:events`. */
  stream?: string
  /** About how many events stay in it, read or not. Default 100,000. */
  keep?: number
}

/** A listener for `startRelay`. Each entry has the fields `id`, `type`, and `event`, which is all of it as JSON. */
export function redisStream(
  port: Pick<RedisPort, 'send'>,
  options: RedisStreamOptions = {},
): (event: TicketEvent) => Promise<void> {
  const { stream = 'scanlogin:events', keep = 100_000 } = options
  if (!(Number.isInteger(keep) && keep > 0)) throw new TypeError('keep must be a whole number above 0')
  return async event => {
    const fields = ['id', event.id, 'type', event.type, 'event', JSON.stringify(event)]
    await port.send(stream, ['XADD', stream, 'MAXLEN', '~', String(keep), '*', ...fields])
  }
}
