/**
 * The tokens by which an app's server calls WeChat. There are two kinds that do not touch each other:
 *
 * - `/cgi-bin/token` gives another one each time. The one before stays good for five minutes, the one before that ends.
 * - `stable_token` gives the same one until five minutes before its end, then another, and the old one lives to its end.
 *   When it is forced, the old one ends at once.
 */
import type { Clock } from '../../play/clock.ts'
import type { Identifiers } from '../../play/identifiers.ts'
import type { WechatApp } from '../apps.ts'
import { WechatError } from '../errors.ts'

export interface IssuedToken {
  readonly token: string
  /** ms since the epoch. */
  readonly expiresAt: number
}

export interface ServerTokens {
  /** Another ordinary token. */
  issue(app: WechatApp): IssuedToken
  /** The stable token; another one within five minutes of its end. */
  stable(app: WechatApp): IssuedToken
  /** Another stable token now, unless the last one that was forced is younger than 30 s. */
  forceStable(app: WechatApp): IssuedToken
  /** Whether forcing would give another one now. */
  mayForce(app: WechatApp): boolean
  /** The app id that a token belongs to. Throws 40001, 42001. */
  ownerOf(token: string): string
  /** Ends every token of the app before its time, as a leak that WeChat has noticed does. */
  voidAll(app: WechatApp): void
}

/** ms. */
const lifetime = 7_200_000
const overlap = 300_000
const forceInterval = 30_000

type Kind = 'ordinary' | 'stable'

interface Token {
  readonly token: string
  readonly appid: string
  readonly kind: Kind
  expiresAt: number
  /** `true` once another one has taken its place for good. */
  isVoid: boolean
}

export function createServerTokens(clock: Clock, identifiers: Identifiers): ServerTokens {
  const tokens = new Map<string, Token>()
  const lastForced = new Map<string, number>()

  const live = (appid: string, kind: Kind) =>
    [...tokens.values()].filter(
      one => one.appid === appid && one.kind === kind && !one.isVoid && clock.now() < one.expiresAt,
    )

  function make({ appid }: WechatApp, kind: Kind): Token {
    const token = `91_${identifiers.next(133)}`
    const made = { token, appid, kind, expiresAt: clock.now() + lifetime, isVoid: false }
    tokens.set(token, made)
    return made
  }

  const mayForce = ({ appid }: WechatApp) =>
    clock.now() - (lastForced.get(appid) ?? Number.NEGATIVE_INFINITY) >= forceInterval

  function stable(app: WechatApp): Token {
    const newest = live(app.appid, 'stable').at(-1)
    return newest && newest.expiresAt - clock.now() > overlap ? newest : make(app, 'stable')
  }

  return {
    stable,
    mayForce,
    issue(app) {
      const former = live(app.appid, 'ordinary')
      const last = former.pop()
      for (const older of former) older.isVoid = true
      if (last) last.expiresAt = Math.min(last.expiresAt, clock.now() + overlap)
      return make(app, 'ordinary')
    },
    forceStable(app) {
      if (!mayForce(app)) return stable(app)
      for (const former of live(app.appid, 'stable')) former.isVoid = true
      lastForced.set(app.appid, clock.now())
      return make(app, 'stable')
    },
    ownerOf(text) {
      const token = tokens.get(text)
      if (!token || token.isVoid) throw new WechatError(40001)
      if (clock.now() >= token.expiresAt) throw new WechatError(42001)
      return token.appid
    },
    voidAll({ appid }) {
      for (const token of tokens.values()) if (token.appid === appid) token.isVoid = true
    },
  }
}
