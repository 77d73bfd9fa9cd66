/** Where the fleet's token stands: read, copied for a minute, and written by the one node that may ask for the next. */
import { type Clock, clockOf, systemClock, timeOf } from '../../../core/clock.ts'
import { createLookup } from '../../../core/expiry/lookup.ts'
import { termOf } from '../../../core/expiry/term.ts'
import { systemRandom } from '../../../core/secrets/random.ts'
import type { Entry, Store, Watch } from '../../../core/store.ts'
import { createCaller } from '../../calls/caller.ts'
import { ConnectorError } from '../../refusal.ts'
import { createWechatApi, type WechatApi } from '../api.ts'
import type { AccessToken } from './access-tokens.ts'
import { type GivenToken, lead } from './ask.ts'
import type { AccessTokenOptions } from './options.ts'
import { adviceOn, isAsked, recordEntry, recordIn, type TokenRecord, without } from './record.ts'
import { createSeal } from './seal.ts'

/** The record as it stood when it was read. */
export interface Seen {
  readonly record: TokenRecord
  /** Its token, opened. */
  readonly token: AccessToken | undefined
  readonly entry: Entry | undefined
  readonly now: number
}

export interface TokenBook {
  readonly api: WechatApi
  readonly store: Store
  readonly clock: Clock
  readonly key: string
  /** As it is in the store at this moment. */
  read(): Promise<Seen>
  /** The token by this node's own copy, where that is young and says that nobody needs to do anything. */
  copied(): Promise<AccessToken | undefined>
  /**
   * Asks for the next token if nobody has changed anything since `seen`; `undefined` if somebody has. What `ask` throws is
   * thrown, and remembered for a moment so that not every node runs into it.
   */
  renew(seen: Seen, ask: () => Promise<GivenToken>): Promise<AccessToken | undefined>
  /** For who waits: `true` once nobody asks any more. */
  look(entry: Entry | undefined): true | undefined
}

/** ms that one node may take to get a token; whoever has been killed meanwhile is not waited for any longer. */
export const lease = 12_000
/** ms that a refusal of WeChat's is believed: where the old token still does, it is worth no more than a try now and then. */
const pauses = { withoutToken: 5000, withToken: 30_000 }

export function createTokenBook(options: AccessTokenOptions): TokenBook {
  const { app, store, kind = 'stable', copyTtl = 60, random = systemRandom, clock = clockOf(store), hosts } = options
  if (!(copyTtl >= 0 && copyTtl <= 240)) throw new TypeError('copyTtl must be 0 to 240 seconds')
  const tell = teller(options, clock)
  const seal = createSeal(app.appSecret, random)
  const key = `wt:${app.appId}:${kind}`
  // Ages are this process's own: it need not ask the store for the time before it asks it for the token.
  const copies = createLookup({ load: watched, clock: options.clock ?? systemClock, staleness: copyTtl, most: 2 })
  let watch: Watch | undefined

  /** One watch for each app: what another node writes is known here at once, while rings arrive. */
  async function watched(): Promise<Seen> {
    const next = await store.watch(key, written => {
      // Late, or without what was written, it may be the store that is in trouble: then the copy serves to its end.
      if (typeof written === 'object') copies.forget(key)
      else copies.age(key)
    })
    watch?.stop()
    watch = next
    return seen(next.entry)
  }

  async function seen(entry: Entry | undefined): Promise<Seen> {
    const now = await timeOf(clock, store)
    const kept = recordIn(entry)
    const text = kept.token && (await seal.open(kept.token.sealed))
    // Sealed with a secret that is no longer the app's: as good as none.
    const record = text === undefined ? without(kept) : kept
    const token = kept.token && text !== undefined ? { token: text, expiresAt: kept.token.expiresAt } : undefined
    return { record, token, entry, now }
  }

  async function write(record: TokenRecord, before: Entry | undefined): Promise<Entry | undefined> {
    const entry = recordEntry(record, before, clock.now())
    try {
      return (await store.put(key, entry)) ? entry : undefined
    } finally {
      // Last, and whatever came of it: a copy that was read meanwhile is as old as what was there before.
      copies.forget(key)
    }
  }

  async function keep(record: TokenRecord, { token, lifetime }: GivenToken, asked: number, claim: Entry) {
    const { renewAt, overAt: expiresAt } = termOf(asked, lifetime * 1000, lead[kind])
    const { asking: _, ...rest } = record
    const sealed = await seal.close(token)
    // Lost: this node was slow, and another one has asked meanwhile. Theirs is the fleet's.
    if (!(await write({ ...rest, token: { sealed, expiresAt, renewAt } }, claim))) return undefined
    tell({ type: 'renewed' })
    return { token, expiresAt }
  }

  return {
    api: createWechatApi(createCaller('wechat', options), { host: hosts?.api ?? 'https://api.weixin.qq.com', clock }),
    store,
    clock,
    key,

    async read() {
      copies.forget(key)
      return seen(await store.get(key))
    },

    async copied() {
      const copy = await copies.find(key)
      return copy && adviceOn(copy.record, await timeOf(clock, store)) === 'use' ? copy.token : undefined
    },

    async renew({ record, entry }, ask) {
      const asked = clock.now()
      const claim = await write({ ...record, asking: { until: asked + lease } }, entry)
      if (!claim) return undefined
      try {
        return await keep(record, await ask(), asked, claim)
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error
        const { code, errcode } = error
        const pause = record.token ? pauses.withToken : pauses.withoutToken
        await write({ ...record, asking: { until: clock.now() + pause, failure: code } }, claim)
        tell({ type: 'renewal_failed', code, ...(errcode !== undefined && { errcode }) })
        throw error
      }
    },

    look: entry => (isAsked(recordIn(entry), clock.now()) ? undefined : true),
  }
}

function teller({ app, onRenewal = () => {} }: AccessTokenOptions, clock: Clock) {
  return (event: Omit<Parameters<typeof onRenewal>[0], 'appId' | 'at'>) => {
    try {
      onRenewal({ ...event, appId: app.appId, at: clock.now() })
    } catch {
      // A log that is out of order must not cost the token that WeChat has just given.
    }
  }
}
