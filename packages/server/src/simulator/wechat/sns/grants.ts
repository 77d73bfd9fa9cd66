/**
 * What a person has allowed an app: a code that is good once, and the two tokens it is exchanged for. A renewed access
 * token keeps its text while it is valid; once expired, a new one takes its place.
 */
import type { WechatApp } from '../apps.ts'
import { WechatError } from '../errors.ts'
import type { Person } from '../people.ts'
import type { World } from '../world.ts'

export type Scope = 'snsapi_login' | 'snsapi_base' | 'snsapi_userinfo'

export interface Grant {
  readonly appid: string
  readonly personId: string
  readonly scope: Scope
}

export interface IssuedTokens extends Grant {
  readonly access: string
  readonly refresh: string
}

export interface Grants {
  /** `ttl` in seconds. */
  issueCode(grant: Grant, ttl: number): string
  /** Throws 40029, 40163, 42003. A code that was refused stays as it was. */
  exchange(code: string, app: WechatApp): IssuedTokens
  /** Whether the code has been exchanged. */
  isUsed(code: string): boolean
  /** Throws 40030, 42002, 42007. */
  renew(refresh: string, app: WechatApp): IssuedTokens
  /** Throws 40014, 42001. */
  ofAccess(access: string): Grant
  /** The person takes back what they have allowed: tokens and unused codes are void. */
  revoke(person: Person, app: WechatApp): void
  /** The person changes their password, which voids the tokens of all apps. */
  changePassword(person: Person): void
}

/** Seconds. */
export const accessTtl = 7200
const refreshTtl = 30 * 86_400

interface Code extends Grant {
  readonly expiresAt: number
  used: boolean
}

interface Tokens extends IssuedTokens {
  access: string
  accessExpiresAt: number
  readonly refreshExpiresAt: number
  end: 'none' | 'revoked' | 'password'
}

export function createGrants({ clock, identifiers }: World): Grants {
  const codes = new Map<string, Code>()
  const byRefresh = new Map<string, Tokens>()
  /** Former access tokens too: one that has expired is not one that never was. */
  const byAccess = new Map<string, Tokens>()
  const in_ = (seconds: number) => clock.now() + seconds * 1000

  function putAccess(tokens: Tokens): void {
    tokens.access = `91_${identifiers.next(86)}`
    byAccess.set(tokens.access, tokens)
  }

  return {
    issueCode(grant, ttl) {
      const code = identifiers.next(32)
      codes.set(code, { ...grant, expiresAt: in_(ttl), used: false })
      return code
    },
    exchange(text, app) {
      const code = codes.get(text)
      if (!code || code.appid !== app.appid) throw new WechatError(40029)
      if (code.used) throw new WechatError(40163)
      if (clock.now() >= code.expiresAt) throw new WechatError(42003)
      code.used = true
      const { appid, personId, scope } = code
      const refresh = `91_${identifiers.next(86)}`
      const times = { accessExpiresAt: in_(accessTtl), refreshExpiresAt: in_(refreshTtl) }
      const tokens: Tokens = { appid, personId, scope, refresh, access: '', ...times, end: 'none' }
      byRefresh.set(refresh, tokens)
      putAccess(tokens)
      return tokens
    },
    isUsed: code => codes.get(code)?.used ?? false,
    renew(refresh, app) {
      const tokens = byRefresh.get(refresh)
      if (!tokens || tokens.appid !== app.appid || tokens.end === 'revoked') throw new WechatError(40030)
      if (tokens.end === 'password') throw new WechatError(42007)
      if (clock.now() >= tokens.refreshExpiresAt) throw new WechatError(42002)
      if (clock.now() >= tokens.accessExpiresAt) putAccess(tokens)
      tokens.accessExpiresAt = in_(accessTtl)
      return tokens
    },
    ofAccess(access) {
      const tokens = byAccess.get(access)
      if (tokens?.end !== 'none') throw new WechatError(40014)
      if (tokens.access !== access || clock.now() >= tokens.accessExpiresAt) throw new WechatError(42001)
      return tokens
    },
    revoke({ id }, { appid }) {
      for (const [text, code] of codes) if (code.personId === id && code.appid === appid) codes.delete(text)
      for (const tokens of byRefresh.values()) {
        if (tokens.personId === id && tokens.appid === appid) tokens.end = 'revoked'
      }
    },
    changePassword({ id }) {
      for (const tokens of byRefresh.values()) if (tokens.personId === id) tokens.end = 'password'
    },
  }
}
