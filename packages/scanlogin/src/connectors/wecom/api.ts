/**
 * WeCom's API and the token that opens it. The token is the same one however often it is asked for, so each process keeps
 * it for itself; it may end early, and a call that was refused for that is made once more with a new one.
 */

import { type Clock, systemClock } from '../../core/clock.ts'
import { requiredText } from '../calls/answer.ts'
import type { Caller } from '../calls/caller.ts'
import { refusalsBy } from '../calls/error-table.ts'
import { ConnectorError } from '../refusal.ts'

export interface WecomApi {
  /** Throws `ConnectorError`. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>
}

export interface WecomApiOptions {
  readonly host: string
  readonly corpId: string
  readonly secret: string
  readonly clock?: Pick<Clock, 'now' | 'after'> | undefined
}

interface Token {
  readonly text: string
  /** ms since the epoch. */
  readonly until: number
}

export function createWecomApi(call: Caller, options: WecomApiOptions): WecomApi {
  const { host, corpId, secret, clock = systemClock } = options
  // One question for all who wait: WeCom counts how often it is asked.
  let kept: Promise<Token> | undefined

  function ask(path: string, query: Readonly<Record<string, string>>) {
    return call({ address: `${host}${path}?${new URLSearchParams(query)}` }, ({ json }) => {
      const { errcode = 0, ...answer } = json()
      if (errcode === 0) return answer
      throw refusal(Number(errcode))
    })
  }

  async function newToken(): Promise<Token> {
    const answer = await patiently(clock, () => ask('/cgi-bin/gettoken', { corpid: corpId, corpsecret: secret }))
    const seconds = Number(answer.expires_in)
    if (!(seconds > 0)) throw new ConnectorError('provider_unintelligible', { detail: 'a token without an end' })
    return { text: requiredText(answer, 'access_token'), until: clock.now() + Math.max(seconds - 300, 30) * 1000 }
  }

  async function token(stale: string | undefined): Promise<string> {
    for (;;) {
      const question = kept
      const held = await question
      // Somebody has asked anew meanwhile; it ends because nobody asks while a token is good.
      if (kept !== question) continue
      if (held && held.text !== stale && clock.now() < held.until) return held.text
      const asked = newToken()
      kept = asked
      // A failure is not kept: the next who asks asks anew.
      asked.catch(() => {
        if (kept === asked) kept = undefined
      })
      return (await asked).text
    }
  }

  return {
    async get(path, query) {
      const text = await token(undefined)
      try {
        return await patiently(clock, () => ask(path, { access_token: text, ...query }))
      } catch (error) {
        // Nothing has been done with the code yet: the token is what a call is refused for first.
        if (!(error instanceof ConnectorError && staleToken.has(error.errcode ?? ''))) throw error
        const fresh = await token(text)
        return ask(path, { access_token: fresh, ...query })
      }
    },
  }
}

/** Asked again a little later where WeCom is busy, and for nothing else: the code may be used up. */
async function patiently<Answer>(clock: Pick<Clock, 'after'>, ask: () => Promise<Answer>): Promise<Answer> {
  for (const pause of pauses) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof ConnectorError && error.errcode === '-1')) throw error
      await new Promise<void>(resolve => clock.after(pause, resolve))
    }
  }
  return ask()
}

/** ms */
const pauses = [300, 900]
const staleToken = new Set(['40014', '42001'])

const refusal = refusalsBy({
  code_rejected: [40029, 42003],
  person_refused: [60111, 60103],
  provider_busy: [-1, 45009, 45033],
  misconfigured: [
    40001, 40013, 40014, 40056, 40082, 40091, 41001, 41002, 41004, 41008, 42001, 43001, 48001, 48002, 50001, 60011,
    60020, 81013, 301002,
  ],
})
