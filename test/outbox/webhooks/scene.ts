/** A journal in a file, a sender, and a receiver, with a way to tell of a ticket. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TicketEvent } from '../../../packages/scanlogin/src/outbox.ts'
import { createLog } from '../../../packages/server/src/log.ts'
import type { Endpoint } from '../../../packages/server/src/webhooks/endpoint.ts'
import type { Journal } from '../../../packages/server/src/webhooks/journal/journal.ts'
import { openJournal } from '../../../packages/server/src/webhooks/journal/open.ts'
import { createDestinations } from '../../../packages/server/src/webhooks/sending/destination.ts'
import { type Sender, type SenderOptions, startSender } from '../../../packages/server/src/webhooks/sending/sender.ts'
import { type Receiver, startReceiver } from './receiver.ts'

export interface WebhookScene {
  readonly receiver: Receiver
  readonly journal: Journal
  readonly endpoint: Endpoint
  readonly file: string
  /** Into the journal, and the sender is woken. */
  tell(event: TicketEvent): Promise<void>
  sender(): Sender
  /** The same journal and endpoints, as the next process has them. */
  restart(options?: Partial<SenderOptions>): Promise<void>
}

export const secret = Buffer.from('a secret of more than 24 bytes')
const log = createLog('silent')
const closing: (() => unknown)[] = []

export async function openScene(options: Partial<SenderOptions> = {}): Promise<WebhookScene> {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-webhooks-'))
  const file = join(folder, 'webhooks.db')
  closing.push(() => rmSync(folder, { recursive: true, force: true }))
  const receiver = await startReceiver()
  const endpoint: Endpoint = { name: 'shop', url: receiver.url, secrets: [secret] }
  let journal = await openJournal(`file:${file}`, log)
  let sender = begin(options)
  closing.push(() => receiver.stop(), end)

  function begin(options: Partial<SenderOptions>): Sender {
    const destinations = createDestinations(['127.0.0.1'])
    return startSender({ journal, endpoints: [endpoint], destinations, log, pause: quickly, ...options })
  }

  async function end(): Promise<void> {
    await sender.stop()
    await journal.close()
  }

  return {
    receiver,
    endpoint,
    file,
    get journal() {
      return journal
    },
    async tell(event) {
      await journal.add(event, [endpoint])
      sender.wake()
    },
    sender: () => sender,
    async restart(next = options) {
      await end()
      journal = await openJournal(`file:${file}`, log)
      sender = begin(next)
    },
  }
}

export async function closeScenes(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close()
}

/** Nobody here wants to wait for days: five tries, a few ms apart. */
function quickly(tries: number, retryAfter = 0): number | undefined {
  return tries < 5 ? Math.max(5, retryAfter * 1000) : undefined
}

export function eventOf(ticket: string, version = 2, type: TicketEvent['type'] = 'ticket.cancelled'): TicketEvent {
  const timestamp = new Date().toISOString()
  return { id: `evt_${ticket}_${version}`, type, timestamp, data: { ticket, version, created_at: timestamp } }
}
