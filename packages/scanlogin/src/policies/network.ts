/** Networks that sign-ins may come from, and browsers and phones that are not in the same one. */

import { isInside, type Network, neighbourhood, parseAddress, parseNetwork } from '../core/network/address.ts'
import { allow, type Policy, type PolicyStep, type Required, type Verdict } from '../core/policy/policy.ts'

export interface NetworkOptions {
  /** Networks such as `10.0.0.0/8`, `2001:db8::/32`, or single addresses. */
  allow: readonly string[]
  /**
   * Whose address has to be in one of them: the browser's, the phone's, or both. Default `browser`. Whom a provider has
   * recognised has a phone that nobody here knows the address of, so `phone` and `both` keep them out.
   */
  of?: 'browser' | 'phone' | 'both'
}

/**
 * Refuses whoever is outside, and whose address is not known. Throws `TypeError` for a network that is none, and for an
 * empty list: it would refuse everybody.
 */
export function network({ allow: texts, of = 'browser' }: NetworkOptions): Policy {
  const networks = texts.map(networkIn)
  if (networks.length === 0) throw new TypeError('allow must name at least one network')
  const outside: Verdict = { verdict: 'deny', reasons: ['outside_network'] }
  return {
    name: 'network',
    decide(step) {
      const addresses = [
        ...(of === 'phone' ? [] : browserAddresses(step)),
        ...(of === 'browser' ? [] : phoneAddresses(step)),
      ]
      return addresses.every(address => isAmong(networks, address)) ? allow : outside
    },
  }
}

export interface SameNetworkOptions {
  /** What is required where phone and browser are apart. Default a check code of 4 digits. */
  require?: Omit<Required, 'verdict' | 'reasons'>
}

/**
 * A phone on the same network as the browser (24 bits of IPv4, 56 of IPv6) is likely beside it. Elsewhere more is
 * required, and likewise where the phone's address is not known. Phones on mobile data are always elsewhere.
 */
export function sameNetwork({ require = { checkCode: 4 } }: SameNetworkOptions = {}): Policy {
  return {
    name: 'same-network',
    decide(step) {
      if (step.step !== 'scan' && step.step !== 'confirm') return allow
      const [browser, phone] = [step.address, step.phoneAddress].map(address => address && neighbourhood(address))
      if (browser !== undefined && browser === phone) return allow
      return { ...require, verdict: 'require', reasons: ['other_network'] }
    },
  }
}

function networkIn(text: string): Network {
  const network = parseNetwork(text)
  if (!network) throw new TypeError('allow must hold networks such as 10.0.0.0/8 or 2001:db8::/32')
  return network
}

function isAmong(networks: readonly Network[], text: string | undefined): boolean {
  const address = text === undefined ? undefined : parseAddress(text)
  return address !== undefined && networks.some(network => isInside(address, network))
}

function browserAddresses(step: PolicyStep): (string | undefined)[] {
  if (step.step === 'create' || step.step === 'arrive') return [step.address]
  return step.step === 'redeem' ? [step.redeemAddress] : []
}

function phoneAddresses(step: PolicyStep): (string | undefined)[] {
  if (step.step === 'arrive') return [undefined]
  return step.step === 'guess' || step.step === 'scan' || step.step === 'confirm' ? [step.phoneAddress] : []
}
