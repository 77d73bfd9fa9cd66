/** IP addresses as bytes, so that networks can be compared: IPv4 as the part of IPv6 that stands for it. */

export type Address = readonly number[]

export interface Network {
  readonly address: Address
  /** Bits that count, of 128. */
  readonly bits: number
}

/** 16 bytes; `undefined` for what is no address. A zone such as `%eth0` is left out. */
export function parseAddress(text: string): Address | undefined {
  const [plain = ''] = text.split('%', 1)
  const v4 = parseIPv4(plain)
  if (v4) return [...v4Prefix, ...v4]
  if (!/^[\dA-Fa-f:.]{2,45}$/.test(plain)) return undefined
  return parseIPv6(plain)
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. */
export function parseNetwork(text: string): Network | undefined {
  const [host = '', length, ...more] = text.split('/')
  const address = parseAddress(host)
  if (!address || more.length > 0) return undefined
  const offset = isIPv4(address) && !host.includes(':') ? 96 : 0
  if (length === undefined) return { address, bits: 128 }
  const bits = /^\d{1,3}$/.test(length) ? Number(length) + offset : Number.NaN
  return bits <= 128 ? { address, bits } : undefined
}

export function isInside(address: Address, network: Network): boolean {
  return address.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, network.bits - index * 8))
    const mask = 0xff00 >> bits
    return (byte & mask) === ((network.address[index] ?? 0) & mask)
  })
}

/** What neighbours share: the first 24 bits of an IPv4 address, 56 of an IPv6 address. One household or office. */
export function neighbourhood(text: string): string | undefined {
  const address = parseAddress(text)
  if (!address) return undefined
  return isIPv4(address) ? `${address.slice(12, 15).join('.')}.0/24` : `${hex(address.slice(0, 7))}/56`
}

/** What one line has to itself: an IPv4 address, or of an IPv6 address the first 64 bits. */
export function lineOf(text: string): string | undefined {
  const address = parseAddress(text)
  if (!address) return undefined
  return isIPv4(address) ? address.slice(12).join('.') : `${hex(address.slice(0, 8))}/64`
}

export function isLoopback(text: string): boolean {
  const address = parseAddress(text)
  return address !== undefined && loopback.some(network => isInside(address, network))
}

const v4Prefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

const loopback: readonly Network[] = [
  { address: [...v4Prefix, 127, 0, 0, 0], bits: 104 },
  { address: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], bits: 128 },
]

function isIPv4(address: Address): boolean {
  return v4Prefix.every((byte, index) => byte === address[index])
}

function parseIPv4(text: string): number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined
  return parts.map(Number)
}

function parseIPv6(text: string): number[] | undefined {
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const [first, last] = [bytesOf(head), bytesOf(tail ?? '')]
  if (!first || !last) return undefined
  const gap = 16 - first.length - last.length
  if (tail === undefined ? gap !== 0 : gap < 2) return undefined
  return [...first, ...new Array<number>(gap).fill(0), ...last]
}

/** Groups of four hexadecimal digits; the last may be an IPv4 address. */
function bytesOf(text: string): number[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    const v4 = index === groups.length - 1 ? parseIPv4(group) : undefined
    if (!v4 && !/^[\dA-Fa-f]{1,4}$/.test(group)) return undefined
    const number = Number.parseInt(group, 16)
    bytes.push(...(v4 ?? [number >> 8, number & 0xff]))
  }
  return bytes
}

function hex(bytes: readonly number[]): string {
  return bytes.map(byte => byte.toString(16).padStart(2, '0')).join('')
}
