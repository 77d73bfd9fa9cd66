/**
 * How many browsers may wait at a time: in this process, so that memory is never in danger, and from one address, so
 * that nobody takes all places alone. Who finds none is not refused the ticket, only the waiting.
 */
import type { Clock } from '../../core/clock.ts'
import { LoginError } from '../../core/errors.ts'

export interface Seats {
  /** Takes a place if one is free. Whoever got `true` gives it back, once, with the same address. */
  take(address: string | undefined): boolean
  giveBack(address: string | undefined): void
  free(address: string | undefined): boolean
}

export interface SeatOptions {
  maxWaiting: number
  maxWaitingPerAddress: number
  clock: Pick<Clock, 'now'>
  /** Hears, at most once a minute, which limit has kept a browser from waiting. */
  onFull: (limit: FullLimit) => void
}

export type FullLimit = 'maxWaiting' | 'maxWaitingPerAddress'

export function createSeats({ maxWaiting, maxWaitingPerAddress, clock, onFull }: SeatOptions): Seats {
  const byNetwork = new Map<string, number>()
  let taken = 0
  let toldAt = Number.NEGATIVE_INFINITY

  function reached(network: string | undefined): FullLimit | undefined {
    if (taken >= maxWaiting) return 'maxWaiting'
    if (network !== undefined && (byNetwork.get(network) ?? 0) >= maxWaitingPerAddress) return 'maxWaitingPerAddress'
    return undefined
  }

  function free(address: string | undefined): boolean {
    const limit = reached(networkOf(address))
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
      const network = networkOf(address)
      taken++
      if (network !== undefined) byNetwork.set(network, (byNetwork.get(network) ?? 0) + 1)
      return true
    },
    giveBack(address) {
      const network = networkOf(address)
      taken--
      if (network === undefined) return
      const left = (byNetwork.get(network) ?? 1) - 1
      if (left > 0) byNetwork.set(network, left)
      else byNetwork.delete(network)
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

/** An IPv4 address; of an IPv6 address the first 64 bits, because one line has that many addresses. */
function networkOf(address: string | undefined): string | undefined {
  if (!address?.includes(':')) return address
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1)
  const [head = '', tail] = address.split('::')
  const groups = head.split(':')
  // What "::" stands for is zeros; a tail reaches into the first half only where there is nothing to shorten.
  const zeros = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  const all = [...groups, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...(tail?.split(':') ?? [])]
  return all.slice(0, 4).join(':')
}
