/** Where webhooks go, as `SCANLOGIN_WEBHOOKS` has it. */
import type { TicketEventType } from 'scanlogin/outbox'

export interface Endpoint {
  /** Stands in the journal, in logs and on the command line; the address may hold a secret and does not. */
  readonly name: string
  readonly url: string
  /** Each delivery is signed with every one of them: the receiver may change over at its own time. */
  readonly secrets: readonly Uint8Array[]
  /** Absent: all. */
  readonly types?: readonly TicketEventType[]
}

/** `whsec_` and 24 to 64 bytes in base64; `undefined` for what is none. */
export function readSecret(text: string): Uint8Array | undefined {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  if (encoded === undefined) return undefined
  const bytes = Buffer.from(encoded, 'base64')
  // Base64 that does not come out the same was cut off, or is something else.
  if (bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) return undefined
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined
}
