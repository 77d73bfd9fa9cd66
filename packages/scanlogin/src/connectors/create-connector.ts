/** A provider becomes a connector: options are checked here, attempts begin here, and `arriving.ts` ends them. */
import { sha256 } from '#digest'
import { type Clock, clockOf, timeOf } from '../core/clock.ts'
import { LoginError } from '../core/errors.ts'
import { type Random, systemRandom } from '../core/secrets/random.ts'
import type { Store } from '../core/store.ts'
import { arrive } from './arriving.ts'
import {
  type Attempt,
  attemptCookie,
  attemptDigest,
  attemptEntry,
  attemptKey,
  derived,
  newAttemptSecrets,
} from './attempt.ts'
import type { Connector, Started, StartRequest } from './connector.ts'
import type { ConnectorEvent } from './event.ts'
import type { Provider } from './provider.ts'

export interface ConnectorOptions {
  /** The one of the sign-ins: any node may take a callback. */
  store: Store
  /** Where the provider sends the browser back to: a whole address, registered with the provider. */
  redirectUri: string
  /** Addresses that a browser may be sent to afterwards, to the letter. Default none. */
  returnTo?: readonly string[]
  /** Seconds for the person to decide on the provider's page, and for the callback to come. Default 600. */
  attemptTtl?: number
  /** Seconds that a repeated callback gets the same answer. Default 30. */
  repeatWindow?: number
  /** Default: nobody hears. */
  onEvent?: (event: ConnectorEvent) => void
  /** Default: the store's, or the system's where the store has none. */
  clock?: Clock
  /** Default: the runtime's generator. */
  random?: Random
}

/** The options, settled. */
export interface Setting {
  readonly provider: Provider
  readonly store: Store
  readonly redirectUri: string
  readonly returnTo: ReadonlySet<string>
  /** Seconds. */
  readonly attemptTtl: number
  /** Seconds. */
  readonly repeatWindow: number
  readonly clock: Clock
  readonly random: Random
  /** `digest` is the attempt's. */
  tell(event: Omit<ConnectorEvent, 'provider' | 'at' | 'attempt'>, digest: string | undefined): void
}

/** Throws `TypeError` for options that cannot be. */
export function createConnector(provider: Provider, options: ConnectorOptions): Connector {
  const setting = settle(provider, options)
  return {
    provider: provider.name,
    ways: provider.ways,
    ...(provider.frame && { frame: provider.frame }),
    start: request => start(setting, request),
    callback: (query, browser) => arrive(setting, query, browser),
  }
}

function settle(provider: Provider, options: ConnectorOptions): Setting {
  const { store, redirectUri, returnTo = [], attemptTtl = 600, repeatWindow = 30, random = systemRandom } = options
  const { clock = clockOf(store), onEvent = () => {} } = options
  if (!/^[a-z][a-z\d-]{0,31}$/.test(provider.name)) throw new TypeError('a provider has a short name such as wechat')
  if (!/^https?:/.test(redirectUri) || !URL.canParse(redirectUri)) {
    throw new TypeError('redirectUri must be a whole address such as https://id.example.com/connect/wechat')
  }
  if (!(attemptTtl >= 30 && attemptTtl <= 3600)) throw new TypeError('attemptTtl must be 30 to 3,600 seconds')
  if (!(repeatWindow >= 0 && repeatWindow <= 300)) throw new TypeError('repeatWindow must be 0 to 300 seconds')
  return {
    provider,
    store,
    redirectUri,
    returnTo: new Set(returnTo),
    attemptTtl,
    repeatWindow,
    clock,
    random,
    tell(event, digest) {
      const attempt = digest === undefined ? {} : { attempt: digest.slice(0, 12) }
      try {
        onEvent({ ...event, provider: provider.name, at: clock.now(), ...attempt })
      } catch {
        // A log that is out of order changes nothing for anybody.
      }
    },
  }
}

async function start(setting: Setting, request: StartRequest): Promise<Started> {
  const { provider, store, redirectUri, attemptTtl, clock, random } = setting
  const { way, shown = 'window', ask = 'profile', language, returnTo } = checked(setting, request)
  const { state, secret } = newAttemptSecrets(random)
  const codeChallenge = await sha256(await derived(secret, 'v1'))
  const { address } = provider.page({ way, shown, ask, state, redirectUri, language, codeChallenge })
  const digest = await attemptDigest(state)
  const beginning = { provider: provider.name, way, ask, browserHash: await sha256(secret) }
  const attempt: Attempt = { ...beginning, ...(returnTo !== undefined && { returnTo }), step: 'open' }
  const expiresAt = (await timeOf(clock, store)) + attemptTtl * 1000
  // 256 random bits do not come twice: an entry that is there is of a generator that repeats itself.
  if (!(await store.put(attemptKey(digest), attemptEntry(attempt, 1, expiresAt)))) throw new Error('not random')
  setting.tell({ type: 'started', way }, digest)
  const cookie = { name: attemptCookie(digest), value: secret, maxAge: attemptTtl + setting.repeatWindow }
  return { address, cookie }
}

function checked({ provider, returnTo }: Setting, request: StartRequest): StartRequest {
  if (!provider.ways.includes(request.way)) throw invalid('This provider does not sign in this way.')
  if (request.returnTo !== undefined && !returnTo.has(request.returnTo)) {
    throw invalid('"return_to" is not on the list of addresses.')
  }
  if (request.shown === 'frame' && (!provider.frame || request.way !== 'website')) {
    throw invalid('This page cannot stand in a frame.')
  }
  return request
}

function invalid(detail: string): LoginError {
  return new LoginError('invalid_request', { detail })
}
