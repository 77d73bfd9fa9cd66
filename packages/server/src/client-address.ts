/**
 * The browser's address behind proxies. Anyone can send an `X-Forwarded-For` header; only what our own proxies have
 * appended to it is true, so it is read from the right, as many entries as there are proxies.
 */
import type { Caller } from 'scanlogin/http'

export function clientAddressBehind(proxies: number): (caller: Caller) => string | undefined {
  if (proxies === 0) return ({ peer }) => plain(peer)
  return ({ peer, header }) => {
    const hops = (header('x-forwarded-for') ?? '').split(',').map(hop => hop.trim())
    const hop = hops.at(-proxies)
    return hop && address.test(hop) ? plain(hop) : plain(peer)
  }
}

const address = /^[\da-fA-F:.]{2,45}$/

/** An IPv4 address as such, also where the socket is IPv6. */
function plain(text: string | undefined): string | undefined {
  return text?.replace(/^::ffff:(?=\d+\.)/, '')
}
