/**
 * Keeps one network, one user or one ticket from taking all there is. Sign-ins are counted where they begin, and what is
 * unknown where it is named; a browser that waits is never counted, so an office of 500 behind one address works.
 *
 * Networks are counted as a whole (24 bits of IPv4, 56 of IPv6), because an attacker has all addresses of one.
 */

import { isLoopback, neighbourhood } from '../core/network/address.ts'
import { allow, type Policy, type PolicyStep, type Verdict } from '../core/policy/policy.ts'
import { type Buckets, createBuckets } from './buckets.ts'

export interface RateLimitsOptions {
  /** Sign-ins that one network may begin in a minute, and as many that it may end by a provider. Default 1,200. */
  creates?: number
  /** Unknown ids and secrets that one network may name in a minute; others' are not slowed down by it. Default 120. */
  unknowns?: number
  /** Scans by one user in a minute, and sign-ins by a provider. Default 20. */
  scans?: number
  /** Times that one ticket may be scanned, confirmed and collected in a minute. Default 30. */
  steps?: number
  /** Processes that share the work evenly; each counts its own share. Default 1. */
  processes?: number
}

/** Throws `TypeError` for options that cannot be. */
export function rateLimits(options: RateLimitsOptions = {}): Policy {
  const { creates = 1200, unknowns = 120, scans = 20, steps = 30, processes = 1 } = options
  for (const [name, limit] of Object.entries({ creates, unknowns, scans, steps, processes })) {
    if (!(limit >= 1)) throw new TypeError(`${name} must be a number of at least 1`)
  }
  const share = (perMinute: number) => createBuckets(Math.max(1, perMinute / processes))
  const [creators, strangers, scanners, tickets] = [share(creates), share(unknowns), share(scans), share(steps)]
  // Of their own: the page that a person leaves for a provider has begun a sign-in by our code as well.
  const arrivals = share(creates)

  return {
    name: 'rate-limits',
    decide(step) {
      switch (step.step) {
        case 'create':
          return verdictOn(inNetwork(creators, step))
        case 'unknown':
          return verdictOn(inNetwork(strangers, step))
        case 'arrive':
          return verdictOn(Math.max(inNetwork(arrivals, step), scanners.take(step.user.id, step.at)))
        case 'guess':
          return allow
        case 'scan':
          return verdictOn(Math.max(scanners.take(step.user.id, step.at), tickets.take(step.ticket, step.at)))
        case 'confirm':
        case 'redeem':
          return verdictOn(tickets.take(step.ticket, step.at))
      }
    },
  }
}

type FromNetwork = Extract<PolicyStep, { step: 'create' | 'arrive' | 'unknown' }>

function inNetwork(buckets: Buckets, { address, at }: FromNetwork): number {
  // From this machine itself come health checks, and everybody where a proxy's header is not trusted.
  if (address === undefined || isLoopback(address)) return 0
  return buckets.take(neighbourhood(address) ?? address, at)
}

function verdictOn(seconds: number): Verdict {
  return seconds === 0 ? allow : { verdict: 'deny', reasons: ['many_attempts'], retryAfter: seconds }
}
