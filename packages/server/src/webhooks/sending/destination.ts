/**
 * Addresses that a webhook may go to. An endpoint is a name that somebody else's name server answers for: it may lead to
 * this machine, to the cloud's own metadata, or to the intranet, and to another place at each question. So the address is
 * looked at once it is resolved, and that very address is connected to.
 */
import { lookup } from 'node:dns'
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net'

export interface Destinations {
  permits(address: string): boolean
  /** For a connection: resolves as the system does, and fails where any of the addresses is not permitted. */
  readonly lookup: LookupFunction
}

export class DestinationRefused extends Error {
  override readonly name = 'DestinationRefused'

  constructor() {
    super('The address is not on the public internet, and SCANLOGIN_WEBHOOKS_PRIVATE does not permit it')
  }
}

/** `permitted` are addresses and networks such as `10.1.0.0/16`, besides what is public. */
export function createDestinations(permitted: readonly string[], resolve: typeof lookup = lookup): Destinations {
  const exceptions = toBlockList(permitted)

  function permits(address: string): boolean {
    const family = isIP(address)
    if (family === 0) return false
    if (exceptions.check(address, family === 4 ? 'ipv4' : 'ipv6')) return true
    if (family === 4) return !reserved.check(address, 'ipv4')
    return globalUnicast.check(address, 'ipv6') && !reserved.check(address, 'ipv6')
  }

  return {
    permits,
    lookup(hostname, options, callback) {
      resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, '', 0)
        const [first] = addresses
        // All of them: which one is connected to is not decided here.
        if (!first || !addresses.every(({ address }) => permits(address))) {
          return callback(new DestinationRefused(), '', 0)
        }
        if (options.all) return callback(null, addresses)
        return callback(null, first.address, first.family)
      })
    },
  }
}

/** `undefined` where it is no address and no network. */
export function readNetwork(text: string): { address: string; prefix: number } | undefined {
  const [address = '', prefix] = text.split('/')
  if (isIP(address) === 0) return undefined
  const bits = isIPv4(address) ? 32 : 128
  if (prefix === undefined) return { address, prefix: bits }
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits ? { address, prefix: Number(prefix) } : undefined
}

function toBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of networks) {
    const network = readNetwork(text)
    if (!network) throw new TypeError('This is no address and no network')
    list.addSubnet(network.address, network.prefix, isIPv4(network.address) ? 'ipv4' : 'ipv6')
  }
  return list
}

/** What the registries of special-purpose addresses (IANA) keep from the public internet. */
const reserved = toBlockList([
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  // Within the global range: others' addresses, wrapped.
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
])

/** Nothing else of IPv6 is out there: not ::1, nor fc00::/7 and fe80::/10, nor IPv4 in another dress. */
const globalUnicast = toBlockList(['2000::/3'])
