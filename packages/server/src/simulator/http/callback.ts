/** Where a browser may be sent back to, and how it is. */

/** The host has to equal the approved one: a name below it is another one. */
export function isApproved(domain: string, redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false
  const { protocol, host, hostname } = new URL(redirectUri)
  if (protocol !== 'https:' && protocol !== 'http:') return false
  return [host, hostname].includes(domain.toLowerCase())
}

/** Parameters are put behind those that the address has. */
export function returnAddress(redirectUri: string, parameters: Readonly<Record<string, string>>): string {
  const [address = '', fragment] = redirectUri.split('#')
  const query = new URLSearchParams(parameters)
  return `${address}${address.includes('?') ? '&' : '?'}${query}${fragment === undefined ? '' : `#${fragment}`}`
}
