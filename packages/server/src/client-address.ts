/**
 * The browser's address behind proxies. Anyone can send an `X-Forwarded-For` header; only what our own proxies have
 * appended to it is true, so it is read from the right, as many entries as there are proxies.
 */
import { isIP } from 'node:net'
import type { Caller } from 'scanlogin/http'

export function clientAddressBehind(proxies: number): (caller: Caller) => string | undefined {
  if (proxies === 0) return ({ peer }) => peer && plain(peer)
  return ({ peer, header }) => {
    const hops = (header('x-forwarded-for') ?? '').split(',').map(hop => hop.trim())
    const hop = plain(withoutPort(hops.at(-proxies) ?? ''))
    return isIP(hop) ? hop : peer && plain(peer)
  }
}

/** Some proxies append the port: `203.0.113.7:50314`, `[2001:db8::7]:50314`. */
function withoutPort(hop: string): string {
  return hop.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
}

/** An IPv4 address as such, also where the socket is IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
