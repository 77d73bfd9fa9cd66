/**
 * Cookies: HttpOnly, SameSite, for the whole host and nobody else. On https they carry the `__Host-` prefix, which a
 * neighbouring subdomain cannot set; plain http is for localhost and closed networks.
 */
export interface CookieOptions {
  /** `publicUrl` is https. */
  secure: boolean
  /** Seconds; 0 takes the cookie back. */
  maxAge: number
}

export function setCookie(name: string, value: string, { secure, maxAge }: CookieOptions): string {
  const flags = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax`
  return `${cookieName(name, secure)}=${value}; ${flags}${secure ? '; Secure' : ''}`
}

/** The value, or `undefined` if there is none, or several: then nobody can tell which one is meant. */
export function readCookie(header: string | undefined, name: string, secure: boolean): string | undefined {
  if (!header) return undefined
  const prefix = `${cookieName(name, secure)}=`
  const values = header
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(prefix))
  return values.length === 1 ? values[0]?.slice(prefix.length) : undefined
}

function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name
}
