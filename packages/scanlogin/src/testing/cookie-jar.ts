/** Cookies of one host, as a browser keeps them: the last one of a name counts, and `Max-Age=0` takes it back. */
export interface CookieJar {
  /** Name to value. */
  readonly cookies: Map<string, string>
  /** Takes what an answer sets. */
  keep(headers: Headers): void
  /** For the `Cookie` header; empty without any. */
  header(): string
}

export function createCookieJar(): CookieJar {
  const cookies = new Map<string, string>()
  return {
    cookies,
    keep(headers) {
      for (const line of headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split(';').map(part => part.trim())
        const at = pair.indexOf('=')
        const gone = attributes.some(attribute => /^max-age=(0|-.*)$/i.test(attribute))
        if (gone) cookies.delete(pair.slice(0, at))
        else cookies.set(pair.slice(0, at), pair.slice(at + 1))
      }
    },
    header: () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  }
}
