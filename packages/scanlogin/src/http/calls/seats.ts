/**
 * How many browsers may wait at a time: in this process, so that memory is never in danger, and from one address, so
 * that nobody takes all places alone. Who finds none is not refused the ticket, only the waiting.
 */
import type { Clock } from '../../core/clock.ts'
import { LoginError } from '../../core/errors.ts'
import { lineOf } from '../../core/network/address.ts'

export interface Seats {
  /** Takes a place if one is free. Whoever got `true` gives it back, once, with the same address. */
  take(address: string | undefined): boolean
  giveBack(address: string | undefined): void
  free(address: string | undefined): boolean
}

export interface SeatOptions {
  maxWaiting: number
  maxWaitingPerAddress: number
  /** Whether the process can afford another one. */
  hasRoom: () => boolean
  clock: Pick<Clock, 'now'>
  /** Hears, at most once a minute, which limit has kept a browser from waiting. */
  onFull: (limit: FullLimit) => void
}

export type FullLimit = 'maxWaiting' | 'maxWaitingPerAddress' | 'hasRoom'

export function createSeats({ maxWaiting, maxWaitingPerAddress, hasRoom, clock, onFull }: SeatOptions): Seats {
  const byLine = new Map<string, number>()
  let taken = 0
  let toldAt = Number.NEGATIVE_INFINITY

  function reached(line: string | undefined): FullLimit | undefined {
    if (taken >= maxWaiting) return 'maxWaiting'
    if (line !== undefined && (byLine.get(line) ?? 0) >= maxWaitingPerAddress) return 'maxWaitingPerAddress'
    return hasRoom() ? undefined : 'hasRoom'
  }

  function free(address: string | undefined): boolean {
    const limit = reached(countedAs(address))
    if (limit && clock.now() - toldAt >= tellAgainAfter) {
      toldAt = clock.now()
      onFull(limit)
    }
    return limit === undefined
  }

  return {
    free,
    take(address) {
      if (!free(address)) return false
      const line = countedAs(address)
      taken++
      if (line !== undefined) byLine.set(line, (byLine.get(line) ?? 0) + 1)
      return true
    },
    giveBack(address) {
      const line = countedAs(address)
      taken--
      if (line === undefined) return
      const left = (byLine.get(line) ?? 1) - 1
      if (left > 0) byLine.set(line, left)
      else byLine.delete(line)
    },
  }
}

/** What a stream or a socket is refused with. A long poll is answered at once instead, and needs no refusal. */
export function crowded(): LoginError {
  return new LoginError('rate_limited', {
    detail: 'Too many browsers wait here already; ask now and then.',
    retryAfter: Math.round(crowdedPause()),
  })
}

/** Seconds until somebody who found no place asks again: longer than a poll's usual pace, and never in step. */
export function crowdedPause(): number {
  return Math.round(300 + Math.random() * 300) / 100
}

/** ms */
const tellAgainAfter = 60_000

/** One line has as many IPv6 addresses as it likes. What is no address stands for itself. */
function countedAs(address: string | undefined): string | undefined {
  return address === undefined ? undefined : (lineOf(address) ?? address)
}
