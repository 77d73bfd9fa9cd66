/**
 * One attempt to be known by a provider, as the store keeps it. It only moves forward, and each step is a
 * compare-and-set, so that of two callbacks on two nodes one exchanges the code:
 *
 *     open ── callback ──▶ taken ── the provider has answered ──▶ done
 */
import { hmac, sha256 } from '#digest'
import { fromBase64url, toBase64url } from '../core/secrets/encoding.ts'
import type { Random } from '../core/secrets/random.ts'
import type { Entry } from '../core/store.ts'
import { sameDigest } from '../core/ticket.ts'
import type { Asking, Identity, Way } from './connector.ts'
import type { ConnectorErrorCode } from './refusal.ts'

export type Attempt = Beginning & Step

interface Beginning {
  readonly provider: string
  readonly way: Way
  readonly ask: Asking
  /** SHA-256 of the secret in the cookie of the browser that has begun. */
  readonly browserHash: string
  readonly returnTo?: string
}

type Step =
  | { readonly step: 'open' }
  /** `wordHash` is the SHA-256 of the code: a callback with another one is no repetition. */
  | { readonly step: 'taken'; readonly wordHash: string }
  | { readonly step: 'done'; readonly wordHash: string; readonly ending: Ending }

export type Ending =
  | { readonly identity: Identity }
  | { readonly refusal: ConnectorErrorCode; readonly reference?: string }

/** 256 random bits for the address and 256 for the cookie: neither leads to the other, and the store has digests only. */
export function newAttemptSecrets(random: Random): { state: string; secret: string } {
  const state = [...random(32)].map(byte => byte.toString(16).padStart(2, '0')).join('')
  return { state, secret: toBase64url(random(32)) }
}

export function isState(text: string): boolean {
  return /^[\da-f]{64}$/.test(text)
}

/** Names an attempt in the store, in its cookie and in events. */
export async function attemptDigest(state: string): Promise<string> {
  return sha256(`attempt ${state}`)
}

export function attemptKey(digest: string): string {
  return `c:${digest}`
}

/** A cookie for each attempt, so that two tabs do not take each other's. */
export function attemptCookie(digest: string): string {
  return `scanlogin-c-${digest.slice(0, 8)}`
}

export async function belongsTo(attempt: Attempt, secret: string | undefined): Promise<boolean> {
  return secret !== undefined && sameDigest(await sha256(secret), attempt.browserHash)
}

/** What only this browser's secret leads to: PKCE's verifier (`v1`), the session's token (`s1`). */
export async function derived(secret: string, purpose: 'v1' | 's1'): Promise<string> {
  return toBase64url(await hmac(fromBase64url(secret), purpose))
}

export function attemptIn({ value }: Entry): Attempt {
  // Only attempts are written under such keys.
  return JSON.parse(value) as Attempt
}

export function attemptEntry(attempt: Attempt, version: number, expiresAt: number): Entry {
  return { version, expiresAt, value: JSON.stringify(attempt) }
}
