/** Reads the server's answers, field by field: a phone shows nothing it has not looked at. */
import type { CodesResource, ConfirmedResource, ScanContext, ScannedResource, TicketResource } from '../http/wire.ts'
import { record } from './call.ts'
import { PhoneError } from './error.ts'

export function readScanned(answer: unknown): ScannedResource {
  const { ticket, scan_token, context, require } = record(answer)
  const { id, expires_in } = record(ticket)
  const { check_code, user_verification, short_session } = record(require)
  return {
    ticket: { id: text(id), state: readState(ticket), expires_in: amount(expires_in) },
    scan_token: text(scan_token),
    context: readContext(record(context)),
    require: {
      check_code: check_code === true,
      user_verification: user_verification === true,
      short_session: short_session === true,
    },
  }
}

export function readConfirmed(answer: unknown): ConfirmedResource {
  const { check_code } = record(answer)
  return { state: readState(answer), ...(check_code !== undefined && { check_code: text(check_code) }) }
}

export function readCodes(answer: unknown): CodesResource {
  const { codes, next_in, step_seconds } = record(answer)
  if (!Array.isArray(codes) || codes.length === 0) return unreadable()
  return { codes: codes.map(text), next_in: amount(next_in), step_seconds: amount(step_seconds) }
}

export function readState(answer: unknown): TicketResource['state'] {
  const { state } = record(answer)
  return states.find(one => one === state) ?? unreadable()
}

/** A record, so that the compiler misses a state that is not in it. */
const known: Record<TicketResource['state'], true> = {
  pending: true,
  scanned: true,
  verifying: true,
  confirmed: true,
  redeemed: true,
  denied: true,
  cancelled: true,
  expired: true,
}
// The keys of that record are the states and nothing else.
const states = Object.keys(known) as TicketResource['state'][]

function readContext({ observed, claimed, client, reasons }: Readonly<Record<string, unknown>>): ScanContext {
  const { ip, place, time, known_browser } = record(observed)
  const { browser, os } = record(claimed)
  const { name, origin } = record(client)
  return {
    observed: {
      ...(ip !== undefined && { ip: text(ip) }),
      ...(place !== undefined && { place: text(place) }),
      time: amount(time),
      known_browser: known_browser === true,
    },
    claimed: { browser: text(browser), os: text(os) },
    client: { name: text(name), origin: text(origin) },
    ...(Array.isArray(reasons) && { reasons: reasons.map(text) }),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : unreadable()
}

function amount(value: unknown): number {
  return typeof value === 'number' ? value : unreadable()
}

function unreadable(): never {
  throw new PhoneError('unexpected', 'The answer is not of this protocol')
}
