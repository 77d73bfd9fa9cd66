/** The headers of a delivery, as the Standard Webhooks specification has them, so that its libraries can check them. */
import { createHmac } from 'node:crypto'

export interface Signed {
  readonly id: string
  readonly body: string
  /** ms since the epoch, of this try: a receiver refuses what is too old. */
  readonly at: number
}

export function signatureHeaders({ id, body, at }: Signed, secrets: readonly Uint8Array[]): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const signatures = secrets.map(secret => {
    return `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}
