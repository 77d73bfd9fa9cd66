/**
 * The phone's side of a sign-in, without a screen: reads a code, says who asks, and tells the server "sign in" or "not
 * me". Any app can stand on it; the hosted page does.
 */
import type {
  CodesResource,
  ConfirmedResource,
  ScanBody,
  ScanContext,
  ScannedResource,
  TicketResource,
} from '../http/wire.ts'
import { readCodes, readConfirmed, readScanned, readState } from './answers.ts'
import { createPhoneCall, type PhoneCall } from './call.ts'
import { PhoneError } from './error.ts'
import { checkScanUrl, payloadOf } from './scan-code.ts'

export interface PhoneOptions {
  /** Where the handler is mounted; outside a browser a whole address. Default `/v1`. */
  base?: string
  /** What this site's QR codes begin with, such as `https://id.example.com/s`. Any other code is refused unsent. */
  scanUrl: string
  /**
   * The proof of who is signed in on this phone, such as `() => ({ authorization: 'Bearer …' })`; called before each
   * request, so that it may renew a token. Default: none, and the browser adds its cookies.
   */
  headers?: () => HeadersInit | Promise<HeadersInit>
  /** Default: the runtime's own. */
  fetch?: typeof globalThis.fetch
}

export interface Phone {
  /**
   * Takes what a camera has read, the whole text. Throws `PhoneError`: `not_ours` before anything is sent, `stale_qr`
   * for a picture of a code, `already_scanned` after another user, and the other refusals of the protocol.
   */
  scan(text: string): Promise<Prompt>
  /**
   * For a phone on which somebody has to sign in first, which takes longer than a code is good for: asked as soon as a
   * code was read, it tells the ones that the browser shows afterwards. Throws as `scan` does.
   */
  foresee(text: string): Promise<CodesResource>
  /** Takes the code that a person has typed, `WDJB-MJHT`, in any case and spacing. */
  enter(userCode: string): Promise<Prompt>
}

/** What to ask the person, and their answer. */
export interface Prompt {
  readonly ticketId: string
  /** Seconds until the question is void. */
  readonly expiresIn: number
  /** Who asks. Show `observed` and `claimed` apart: the second is the browser's own word. */
  readonly context: ScanContext
  readonly require: ScannedResource['require']
  /**
   * "Sign in". Repeating it changes nothing and tells how far the browser is: `verifying` with the check code to show,
   * `confirmed`, then `redeemed`. `verification` shows that it is the phone's owner who confirms, where `require` asks for
   * that; without it such a sign-in is `forbidden`, and can be confirmed again.
   */
  confirm(verification?: object): Promise<ConfirmedResource>
  /** What a verification has to be bound to. It is this phone's alone: to be sent to the sign-in server and nowhere else. */
  readonly scanToken: string
  /** "Not me"; after `confirm` it takes the sign-in back, until the browser has it (`already_redeemed`). */
  deny(): Promise<{ state: TicketResource['state'] }>
}

/** Throws `TypeError` if `scanUrl` is not an address. */
export function createPhone(options: PhoneOptions): Phone {
  const { base = '/v1', scanUrl, headers = () => ({}) } = options
  checkScanUrl(scanUrl)
  // Looked up at each call and not here: pages and tests replace it.
  const { fetch = (...request) => globalThis.fetch(...request) } = options
  const call = createPhoneCall({ base, fetch, headers })

  async function begin(code: ScanBody): Promise<Prompt> {
    return toPrompt(readScanned(await call('/scan', code)), call)
  }

  function payload(text: string): string {
    const qr = payloadOf(text, scanUrl)
    if (qr === undefined) throw new PhoneError('not_ours', 'This is not a sign-in code of this site')
    return qr
  }

  return {
    scan: async text => begin({ qr: payload(text) }),
    foresee: async text => readCodes(await call('/codes', { qr: payload(text) })),
    enter: userCode => begin({ user_code: userCode }),
  }
}

function toPrompt(scanned: ScannedResource, call: PhoneCall): Prompt {
  const { ticket, context, require } = scanned
  const proof = { scan_token: scanned.scan_token }
  const path = `/tickets/${encodeURIComponent(ticket.id)}`
  return {
    ticketId: ticket.id,
    expiresIn: ticket.expires_in,
    context,
    require,
    scanToken: scanned.scan_token,
    async confirm(verification) {
      const evidence = verification && { user_verification: verification }
      return readConfirmed(await call(`${path}/confirm`, { ...proof, ...evidence }))
    },
    deny: async () => ({ state: readState(await call(`${path}/deny`, proof)) }),
  }
}
