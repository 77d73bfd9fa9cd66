/**
 * What the QR code holds: `https://id.example.com/s#<id>.<step>.<mac>`. Everything that matters stands behind the `#`,
 * so that a plain camera, a link preview or an access log sees nothing. The browser draws a fresh step every 10 s by
 * itself; the server takes its own step and the one before, so a picture of the code is dead after 20 s.
 */
import { hmac } from '#digest'
import { LoginError } from '../errors.ts'
import { fromBase64url, toCrockford } from '../secrets/encoding.ts'
import { type Birth, sameDigest } from '../ticket.ts'

export const stepSeconds = 10

export interface QrPayload {
  readonly id: string
  /** Absent where the code does not rotate. */
  readonly rotation?: { readonly step: number; readonly mac: string }
}

export async function makePayload(id: string, rotationKey: string | undefined, age: number): Promise<string> {
  if (rotationKey === undefined) return id
  const step = stepAt(age)
  return `${id}.${step}.${await macOf(rotationKey, id, step)}`
}

/** Reads what a phone's camera read: the whole address, which then has to be `scanUrl`, or what stands behind its `#`. */
export function parsePayload(text: string, scanUrl: string): QrPayload {
  const fragment = text.startsWith(`${scanUrl}#`) ? text.slice(scanUrl.length + 1) : text
  const [, id, step, mac] = payload.exec(fragment) ?? []
  if (id === undefined) throw new LoginError('invalid_request', { detail: 'This is not a sign-in code of this site.' })
  return step === undefined || mac === undefined ? { id } : { id, rotation: { step: Number(step), mac } }
}

/** `stale` was on a screen once, or says nothing of when; `forged` never was on one. */
export type PayloadAge = 'fresh' | 'stale' | 'forged'

/** `fresh` is a payload that was on the browser's screen at most 20 s ago. A caller must not learn which of the others. */
export async function agePayload({ rotation }: QrPayload, birth: Birth, now: number): Promise<PayloadAge> {
  if (birth.rotationKey === undefined) return 'fresh'
  if (!rotation) return 'stale'
  // Two nodes' clocks differ by a hair, so a code may be scanned a moment before it was drawn.
  const steps = stepAt(Math.max(0, now - birth.createdAt))
  // The comparison comes first, so that its time does not tell a right code that is old from a wrong one.
  const genuine = sameDigest(rotation.mac, await macOf(birth.rotationKey, birth.id, rotation.step))
  const fresh = rotation.step === steps || rotation.step === steps - 1
  if (!genuine) return 'forged'
  return fresh ? 'fresh' : 'stale'
}

const payload = /^([0-9A-HJKMNP-TV-Z]{26})(?:\.(0|[1-9]\d{0,3})\.([0-9A-HJKMNP-TV-Z]{10}))?$/

function stepAt(age: number): number {
  return Math.floor(age / (stepSeconds * 1000))
}

async function macOf(key: string, id: string, step: number): Promise<string> {
  return toCrockford(await hmac(fromBase64url(key), `q1.${id}.${step}`)).slice(0, 10)
}
