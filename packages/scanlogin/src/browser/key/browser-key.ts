/**
 * The key that this browser is known by: P-256, made here, never to leave. Scripts of the page can sign with it while
 * the page is open, and cannot take it away; what they sign is a proof in the form of RFC 9449 (DPoP) for one call.
 *
 * There is one per origin. It survives restarts, and ends with the site's storage: a private window is a new browser.
 */
import { native, toBase64url } from '../digest.ts'
import { keptPair } from './keychain.ts'

export interface BrowserKey {
  /** What servers know this browser by, RFC 7638. Public: only signing proves that one holds the key. */
  readonly thumbprint: string
  /** A proof for one call, for its header `DPoP`. Every call needs one of its own, a repeated call too. */
  prove(method: string, url: string, options?: ProveOptions): Promise<string>
  /** Takes off so many seconds from now on, because a server has said that this clock is ahead. */
  setBack(seconds: number): void
}

export interface ProveOptions {
  /** The token that goes along in `Authorization`, so that nobody else can use it. Default: none does. */
  accessToken?: string
}

/**
 * The key of this browser, made at the first call. `undefined` where there can be none: on plain http, without storage,
 * outside of a browser, or where the storage does not answer within a second.
 */
export function openBrowserKey(): Promise<BrowserKey | undefined> {
  opened ??= open()
  return opened
}

let opened: Promise<BrowserKey | undefined> | undefined

async function open(): Promise<BrowserKey | undefined> {
  // Typed as always there, and not there on plain http.
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return undefined
  try {
    return await toBrowserKey(await keptPair())
  } catch {
    // Whatever the reason: the sign-in goes on in a browser that nobody knows.
    return undefined
  }
}

export async function toBrowserKey({ privateKey, publicKey }: CryptoKeyPair): Promise<BrowserKey> {
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  // In the order of the alphabet, as the thumbprint has it.
  const jwk = { crv, kty, x, y }
  const thumbprint = toBase64url(await native.sha256(JSON.stringify(jwk)))
  const header = part({ typ: 'dpop+jwt', alg: 'ES256', jwk })
  let ahead = 0
  return {
    thumbprint,
    async prove(method, url, { accessToken } = {}) {
      const claims = {
        htm: method,
        htu: url.replace(/[?#].*$/, ''),
        iat: Math.floor(Date.now() / 1000) - ahead,
        jti: toBase64url(crypto.getRandomValues(new Uint8Array(16))),
        ...(accessToken !== undefined && { ath: toBase64url(await native.sha256(accessToken)) }),
      }
      const text = `${header}.${part(claims)}`
      const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, utf8.encode(text))
      return `${text}.${toBase64url(new Uint8Array(signature))}`
    },
    setBack(seconds) {
      ahead += seconds
    },
  }
}

function part(value: object): string {
  return toBase64url(utf8.encode(JSON.stringify(value)))
}

const utf8 = new TextEncoder()
