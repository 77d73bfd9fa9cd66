/**
 * The browser's token where it changes with each use: a chain of secrets, each made from the one before it and a key that
 * stands in the session's record. The record holds the key and the SHA-256 of the last secret, neither of which makes
 * any secret; a secret alone makes no successor either.
 *
 * So a successor is always the same, however often and on however many nodes it is asked for: an answer that was lost, or
 * two tabs that ask at once, get what the first one got. And any secret that was ever given out can be told from one that
 * was not, by following the chain from it: a stranger who knows a session's id cannot end it by sending nonsense.
 */
import { hmac, sha256 } from '#digest'
import { fromBase64url, toBase64url } from '../../core/secrets/encoding.ts'
import type { Random } from '../../core/secrets/random.ts'
import { sameDigest } from '../../core/ticket.ts'
import type { Chain } from '../record.ts'

export interface RefreshToken {
  readonly id: string
  readonly step: number
  readonly secret: string
}

/** `last` is the token that is the browser's now. */
export type Judgement =
  | { readonly kind: 'current' | 'recent'; readonly last: RefreshToken }
  /** Replaced too long ago: the browser that it was replaced for has another one by now, so somebody has copied it. */
  | { readonly kind: 'reused' }
  | { readonly kind: 'unknown' }

export function writeRefreshToken({ id, step, secret }: RefreshToken): string {
  return `${id}~${step}~${secret}`
}

export function readRefreshToken(text: string): RefreshToken | undefined {
  const [, id, step, secret] = form.exec(text) ?? []
  return id === undefined || secret === undefined ? undefined : { id, step: Number(step), secret }
}

/** The first link; the same `seed` gives the same secret again. */
export async function beginChain(seed: string, random: Random): Promise<{ chain: Chain; secret: string }> {
  const secret = await firstSecret(seed)
  return { chain: { key: toBase64url(random(16)), step: 0, hash: await sha256(secret), replacedAt: [] }, secret }
}

/** What the browser that began the chain with `seed` should hold now. */
export async function lastToken(id: string, seed: string, chain: Chain): Promise<RefreshToken> {
  const secret = await follow(chain, { id, step: 0, secret: await firstSecret(seed) })
  return { id, step: chain.step, secret: secret ?? '' }
}

/** `grace` in ms: for so long after it was replaced a token is taken for one whose answer got lost. */
export async function judge(chain: Chain, token: RefreshToken, now: number, grace: number): Promise<Judgement> {
  const secret = await follow(chain, token)
  if (secret === undefined || !sameDigest(await sha256(secret), chain.hash)) return { kind: 'unknown' }
  const last = { id: token.id, step: chain.step, secret }
  if (token.step === chain.step) return { kind: 'current', last }
  const replacedAt = chain.replacedAt[chain.step - 1 - token.step]
  return replacedAt !== undefined && now < replacedAt + grace ? { kind: 'recent', last } : { kind: 'reused' }
}

/** The chain with its next link. `token` is the current one. */
export async function extendChain(chain: Chain, token: RefreshToken, now: number): Promise<[Chain, RefreshToken]> {
  const step = chain.step + 1
  const secret = await successor(chain, token.secret, step)
  const replacedAt = [now, ...chain.replacedAt].slice(0, mostRecent)
  return [
    { ...chain, step, hash: await sha256(secret), replacedAt },
    { id: token.id, step, secret },
  ]
}

const form = /^([\w-]{43})~(\d{1,9})~([\w-]{43})$/

/** Tokens whose replacement may still be asked for; a browser that uses up more of them within the grace is none. */
const mostRecent = 8

/** Links that are followed: a token used a thousand times since is refused, and nobody makes us count for longer. */
const mostLinks = 1000

async function firstSecret(seed: string): Promise<string> {
  return toBase64url(await hmac(utf8.encode(seed), 'r1.0'))
}

async function successor(chain: Chain, secret: string, step: number): Promise<string> {
  return toBase64url(await hmac(fromBase64url(chain.key), `r1.${step}.${secret}`))
}

/** The secret that follows from the token's at the chain's last link. */
async function follow(chain: Chain, token: RefreshToken): Promise<string | undefined> {
  if (token.step > chain.step || token.step < chain.step - mostLinks) return undefined
  let { secret } = token
  for (let step = token.step + 1; step <= chain.step; step++) secret = await successor(chain, secret, step)
  return secret
}

const utf8 = new TextEncoder()
