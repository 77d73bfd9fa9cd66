/** Reads server-sent events one by one, with the comments between them, which browsers hide. */
import type { TicketResource } from '../http/wire.ts'

export interface StreamEvent {
  /** `ticket`, or `comment` for a line that begins with a colon. */
  readonly name: string
  readonly id: string
  readonly ticket: Partial<TicketResource>
}

export interface Events {
  readonly status: number
  readonly headers: Headers
  /** The next event; `undefined` once the server has ended the stream. */
  next(): Promise<StreamEvent | undefined>
  /** Hangs up. */
  close(): Promise<void>
}

export function readEvents({ status, headers, body }: Response): Events {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    status,
    headers,
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const block = text.slice(0, end)
          text = text.slice(end + 2)
          return parse(block)
        }
        const { value, done } = (await reader?.read()) ?? { value: undefined, done: true }
        if (done) return undefined
        text += value
      }
    },
    async close() {
      await reader?.cancel()
    },
  }
}

function parse(block: string): StreamEvent {
  if (block.startsWith(':')) return { name: 'comment', id: '', ticket: {} }
  const fields = new Map(block.split('\n').map(line => [line.slice(0, line.indexOf(':')), contentAfterColon(line)]))
  const ticket: unknown = JSON.parse(fields.get('data') ?? '{}')
  // Every field is optional in the type: nothing is claimed but that it is an object.
  const known = typeof ticket === 'object' && ticket !== null ? (ticket as Partial<TicketResource>) : {}
  return { name: fields.get('event') ?? '', id: fields.get('id') ?? '', ticket: known }
}

function contentAfterColon(line: string): string {
  return line.slice(line.indexOf(':') + 1).replace(/^ /, '')
}
