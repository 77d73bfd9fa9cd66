/**
 * An app's server token (`access_token`), one for the whole fleet: WeChat counts how often it is asked, and two programs
 * that ask by themselves void each other's. It is kept in the store, copied by each node for a minute, renewed by one
 * node behind the backs of those who use the old one, and replaced at most once per interval when WeChat refuses it.
 */
import { createFlights } from '../../../core/expiry/flights.ts'
import { eventually } from '../../patience.ts'
import { ConnectorError } from '../../refusal.ts'
import { refusesToken } from '../api.ts'
import { askForToken, forceToken } from './ask.ts'
import { createTokenBook, lease, type Seen } from './book.ts'
import type { AccessTokenOptions } from './options.ts'
import { adviceOn, isAsked, mayReplace, nextReplacement, without } from './record.ts'

export interface AccessTokens {
  readonly appId: string
  /** A token that WeChat should take now. Throws `ConnectorError`, and what the store throws. */
  get(): Promise<AccessToken>
  /** WeChat has refused `token`: gives the one that has taken its place. Throws `ConnectorError`. */
  replace(token: string): Promise<AccessToken>
  /**
   * Calls with a token, and once more with the next one where WeChat has refused the first: where `call` throws an error
   * with WeChat's number for that as its `errcode` (40001, 40014, 42001).
   */
  use<T>(call: (token: string) => Promise<T>): Promise<T>
}

export interface AccessToken {
  readonly token: string
  /** ms since the epoch. */
  readonly expiresAt: number
}

/** Throws `TypeError` for options that cannot be. */
export function createAccessTokens(options: AccessTokenOptions): AccessTokens {
  const { app, kind = 'stable', interval = 30 } = options
  if (!(interval >= 30)) throw new TypeError('interval must be 30 seconds or more')
  const book = createTokenBook(options)
  const { api } = book
  const ask = () => askForToken(api, app, kind)
  const flights = createFlights<AccessToken>()

  async function get(): Promise<AccessToken> {
    return (await book.copied()) ?? flights.join(book.key, () => within(obtain))
  }

  /** `undefined` where another node was first, and it has to be looked at again. */
  async function obtain(seen: Seen): Promise<AccessToken | undefined> {
    const { token, record, now } = seen
    switch (adviceOn(record, now)) {
      case 'use':
        return token
      case 'renew':
        // The old one is good for minutes: nobody waits for the next one, or has to notice yet that there is none.
        book.renew(seen, ask).catch(() => {})
        return token
      case 'fetch':
        return book.renew(seen, ask)
      case 'wait':
        return waited()
      case 'fail':
        throw new ConnectorError(record.asking?.failure ?? 'provider_unreachable', { detail: 'a moment ago' })
    }
  }

  async function replace(refused: string): Promise<AccessToken> {
    return within(async seen => {
      const { token, record, now } = seen
      if (token && token.token !== refused) return obtain(seen)
      if (isAsked(record, now)) return waited()
      if (!mayReplace(record, now, interval * 1000)) {
        throw new ConnectorError('provider_busy', { detail: 'the token was replaced a moment ago' })
      }
      // Forgotten before it is replaced: nobody who looks meanwhile is given it.
      const known = { ...without(record), replaced: nextReplacement(record, now, kind) }
      return book.renew({ ...seen, record: known }, async () => {
        const given = await ask()
        return given.token === refused ? forceToken(api, app) : given
      })
    })
  }

  /** Another node asks WeChat. */
  async function waited(): Promise<undefined> {
    const { store, clock, key, look } = book
    const changed = await eventually({ store, clock, key, patience: lease + 3000, look })
    if (!changed) throw new ConnectorError('provider_silent', { detail: 'no node has got a token' })
  }

  async function within(step: (seen: Seen) => Promise<AccessToken | undefined>): Promise<AccessToken> {
    // Each round that finds nothing has waited for somebody else, or lost to them.
    for (let round = 0; round < 5; round++) {
      const found = await step(await book.read())
      if (found) return found
    }
    throw new ConnectorError('provider_busy', { detail: 'the token changes all the time' })
  }

  return {
    appId: app.appId,
    get,
    replace,
    async use(call) {
      const { token } = await get()
      try {
        return await call(token)
      } catch (error) {
        if (!refusesToken(error)) throw error
      }
      return call((await replace(token)).token)
    },
  }
}
