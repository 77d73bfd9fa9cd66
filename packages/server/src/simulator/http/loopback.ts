/**
 * Who may move the simulated world: programs on this machine. Others in the network may not, and neither may a page of
 * some site that is open in a browser here, whether it calls the address itself or has a name of its own lead to it.
 */
import type { Call } from './call.ts'

export function isFromThisMachine({ address, headers }: Call): boolean {
  const { host = '', origin, 'sec-fetch-site': site = 'none' } = headers
  if (!isLoopback(address) || !isLoopback(hostnameOf(`http://${host}`))) return false
  if (site !== 'none' && site !== 'same-origin') return false
  return origin === undefined || isLoopback(hostnameOf(origin))
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Empty for what is no address. */
function hostnameOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : ''
}
