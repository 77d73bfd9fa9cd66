/**
 * Sessions that others can check by themselves. The browser holds two tokens: a signed one that says for five minutes who
 * is signed in, and an opaque one that gives the next signed one and changes with each use. If an old opaque token comes
 * back, somebody has copied it, and the whole session ends.
 */
import type { JWK } from 'jose'
import { checkedKey, useOnce } from '../../core/browsers/key-proof.ts'
import { LoginError } from '../../core/errors.ts'
import { type Random, systemRandom } from '../../core/secrets/random.ts'
import { type Book, type BookOptions, createBook, type Kept, ofSite, sessionId } from '../book.ts'
import type { OpenedSession, Renewal, Session, Sessions } from '../session.ts'
import { createAccessTokens } from './access-tokens.ts'
import { givenKeys } from './given-keys.ts'
import { keptKeys } from './kept-keys.ts'
import type { SigningAlgorithm } from './key-ring.ts'
import {
  beginChain,
  extendChain,
  judge,
  lastToken,
  type RefreshToken,
  readRefreshToken,
  writeRefreshToken,
} from './refresh-chain.ts'

export interface JwtSessionsOptions extends BookOptions {
  /** `iss` of the tokens: the public URL. */
  issuer: string
  /** `aud` of the tokens of the site itself. Default: the issuer. */
  audience?: string
  /** Seconds that an access token holds, 30 to 3,600. Default 300 (5 minutes). */
  accessTtl?: number
  /**
   * Seconds for which a refresh token that was replaced still gets the one that replaced it: for answers that got lost and
   * tabs that ask at once. 0 to 300. Default 30.
   */
  grace?: number
  /** Private JWKs with which the site signs, the first of them now. Default: made, changed and kept in the store. */
  keys?: readonly JWK[]
  /** What keys are made for, where they are made. Default `ES256`. */
  alg?: SigningAlgorithm
  /** Seconds that a key which was made signs before the next one does, at least 3,600. Default 2,592,000 (30 days). */
  keyTtl?: number
  /**
   * Takes the lasting token of a session that was opened by a browser with a key only together with a proof of the key, to
   * renew: a copied cookie is then worth nothing. Default `false`, because the page has to send the proof.
   */
  boundRenewal?: boolean
  /** Hears that a refresh token was used again and its session has ended. Default: nobody does. */
  onReuse?: (reuse: Reuse) => void
  /** Default: the runtime's generator. */
  random?: Random
}

export interface Reuse {
  readonly session: Session
  /** ms since the epoch. */
  readonly at: number
}

export interface JwtSessions extends Sessions {
  renew(token: string, renewal?: Renewal): Promise<OpenedSession>
  publicKeys(): Promise<{ readonly keys: readonly JWK[] }>
}

export function jwtSessions(options: JwtSessionsOptions): JwtSessions {
  const { issuer, audience = issuer, random = systemRandom, boundRenewal = false, onReuse = () => {} } = options
  const { ttl, grace } = timesIn(options)
  const book = createBook(options)
  const { clock } = book
  const keys = ringOf(options, book.clock, ttl)
  const tokens = createAccessTokens({ keys, issuer, audience, ttl, clock, random })

  async function opened(session: Session, refresh: RefreshToken): Promise<OpenedSession> {
    return { ...session, token: writeRefreshToken(refresh), access: await tokens.issue(session) }
  }

  /** The session that either of the browser's tokens stands for. A token that was used up is none here, and no alarm. */
  async function find(token: string): Promise<Session | undefined> {
    const refresh = readRefreshToken(token)
    if (refresh) return withoutProof(await readByRefresh(refresh))
    const id = await tokens.sessionOf(token)
    return id === undefined ? undefined : (await book.find(id))?.session
  }

  async function readByRefresh(refresh: RefreshToken): Promise<Session | undefined> {
    const copy = await book.find(refresh.id)
    // Another node has changed the token since this copy was made.
    const kept = copy?.chain && copy.chain.step < refresh.step ? await book.findAnew(refresh.id) : copy
    if (!kept?.chain) return undefined
    const { kind } = await judge(kept.chain, refresh, clock.now(), grace)
    return kind === 'current' || kind === 'recent' ? kept.session : undefined
  }

  function keyOf({ details }: Session): string | undefined {
    // What another site has collected is renewed by its back end, which holds no browser's key.
    return boundRenewal && details.clientId === undefined ? details.browserKey : undefined
  }

  function withoutProof(session: Session | undefined): Session | undefined {
    return session && keyOf(session) === undefined ? session : undefined
  }

  async function renew(token: string, { clientId, proof, before }: Renewal = {}): Promise<OpenedSession> {
    const presented = readRefreshToken(token)
    if (!presented) throw nobody()
    const session = ofSite(await readByRefresh(presented), clientId)
    const key = session && keyOf(session)
    if (key !== undefined) await useOnce(options.store, checkedKey(key, proof), clock.now())
    if (session) await before?.(session)
    let outcome: RefreshToken | 'reused' | undefined
    const kept = await book.change(presented.id, async record => {
      outcome = undefined
      if (!record.chain || record.details.clientId !== clientId) return record
      const now = clock.now()
      const judgement = await judge(record.chain, presented, now, grace)
      if (judgement.kind === 'reused') outcome = 'reused'
      // Nobody has been asked about it.
      if (!session) return record
      if (judgement.kind === 'recent') outcome = judgement.last
      if (judgement.kind !== 'current') return record
      const [chain, next] = await extendChain(record.chain, presented, now)
      outcome = next
      return { ...record, chain, seenAt: now }
    })
    if (!kept || outcome === undefined) throw nobody()
    if (outcome !== 'reused') return opened(kept.session, outcome)
    await endAll(kept)
    throw nobody()
  }

  async function endAll({ session }: Kept): Promise<void> {
    await book.end(session.id, 'copied')
    quietly(() => onReuse({ session, at: clock.now() }))
  }

  return {
    async open(user, token, details = {}) {
      const id = await sessionId(token)
      const { session, chain } = await book.open(id, { user, details, chain: (await beginChain(token, random)).chain })
      if (!chain) throw new LoginError('already_redeemed')
      return opened(session, await lastToken(id, token, chain))
    },
    read: async (token, clientId) => ofSite(await find(token), clientId),
    renew,
    async end(token, by = 'person') {
      const refresh = readRefreshToken(token)
      const session = refresh ? await endable(refresh) : await find(token)
      if (session) await book.end(session.id, by)
    },
    forestall: async token => book.forestall(await sessionId(token)),
    codes: book.codes,
    list: book.list,
    endSome: book.endSome,
    async publicKeys() {
      return { keys: [...(await keys.verifying()).values()].map(({ jwk }) => jwk) }
    },
  }

  /** Signing out works with any token that was ever the session's: nobody is kept in by having an old one. */
  async function endable(refresh: RefreshToken): Promise<Session | undefined> {
    const kept = await book.findAnew(refresh.id)
    const judgement = kept?.chain && (await judge(kept.chain, refresh, clock.now(), grace))
    return judgement && judgement.kind !== 'unknown' ? kept?.session : undefined
  }
}

function timesIn({ accessTtl = 300, grace = 30, keyTtl = 2_592_000 }: JwtSessionsOptions) {
  const within = (name: string, seconds: number, least: number, most: number) => {
    if (seconds >= least && seconds <= most) return seconds * 1000
    throw new TypeError(`${name} must be ${least} to ${most} seconds`)
  }
  return {
    ttl: within('accessTtl', accessTtl, 30, 3600),
    grace: within('grace', grace, 0, 300),
    keyTtl: within('keyTtl', keyTtl, 3600, 315_360_000),
  }
}

function ringOf(options: JwtSessionsOptions, clock: Book['clock'], ttl: number) {
  const { store, keys, alg = 'ES256' } = options
  if (keys) return givenKeys(keys)
  // A token lives on after its key has signed last, and clocks differ by a little.
  return keptKeys({ store, clock, alg, every: timesIn(options).keyTtl, overlap: ttl + 60_000 })
}

function nobody(): LoginError {
  return new LoginError('unauthenticated', { detail: 'There is no session.' })
}

/** A listener that fails changes nothing. */
function quietly(listener: () => void): void {
  try {
    listener()
  } catch {
    // There is nobody to tell.
  }
}
