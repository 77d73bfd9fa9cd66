/**
 * Draws the next QR payload every few seconds without asking the server: `#<id>.<step>.<mac>`, where the step counts
 * the seconds since the ticket was created and the key came with the create answer. A picture of the code is thereby
 * dead after 20 s, at no traffic.
 */
import type { CreatedResource } from '../../http/wire.ts'
import { type Digests, digests, fromBase64url } from '../digest.ts'
import type { ClientClock } from '../timing.ts'

export interface Rotation {
  /**
   * The server says the ticket is at least this many seconds old. Some systems stop the page's clock while the
   * computer sleeps, and the code would come out of step.
   */
  isAged(seconds: number): void
  stop(): void
}

export interface RotationOptions {
  clock: ClientClock
  /** Hears each new URL after the first, which is in the create answer. */
  draw(url: string): void
  /** Hears that the next code could not be made. */
  fail(): void
}

export function startRotation(created: CreatedResource, { clock, draw, fail }: RotationOptions): Rotation {
  const { rotation } = created.qr
  if (!rotation) return { isAged() {}, stop() {} }
  const stepMs = rotation.step_seconds * 1000
  let bornAt = clock.now()
  let drawn = 0
  let stopped = false
  let cancelTick = () => {}

  async function tick(): Promise<void> {
    cancelTick()
    if (stopped) return
    const age = clock.now() - bornAt
    const step = Math.floor(age / stepMs)
    cancelTick = clock.after(stepMs - (age % stepMs), tick)
    if (step === drawn) return
    drawn = step
    try {
      const url = await qrUrlAt(created, step)
      // A later step may have overtaken this one while the page was busy.
      if (!stopped && step === drawn) draw(url)
    } catch {
      if (!stopped) fail()
    }
  }

  void tick()
  return {
    isAged(seconds) {
      // What the server says is rounded down and has travelled, so it never runs ahead: the older of two is right.
      const born = clock.now() - seconds * 1000
      if (born >= bornAt) return
      bornAt = born
      void tick()
    },
    stop() {
      stopped = true
      cancelTick()
    },
  }
}

/** What the QR code holds at this step, as the server expects it. */
export async function qrUrlAt({ id, qr }: CreatedResource, step: number, { hmac }: Digests = digests()) {
  if (!qr.rotation) return qr.url
  const mac = await hmac(fromBase64url(qr.rotation.key), `q1.${id}.${step}`)
  return `${qr.url.split('#', 1)[0]}#${id}.${step}.${tenLetters(mac)}`
}

/** The first 50 bits in Crockford's base32. */
function tenLetters(bytes: Uint8Array): string {
  const letters = Array.from({ length: 10 }, (_, position) => {
    const bit = position * 5
    const pair = ((bytes[bit >> 3] ?? 0) << 8) | (bytes[(bit >> 3) + 1] ?? 0)
    return crockford[(pair >> (11 - (bit & 7))) & 31]
  })
  return letters.join('')
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
