/**
 * A callback: the `state` is good once and in one browser, the code is exchanged once in the whole fleet, and a callback
 * that the same browser repeats is given the same answer without another call to the provider.
 */
import { sha256 } from '#digest'
import { timeOf } from '../core/clock.ts'
import type { Entry } from '../core/store.ts'
import {
  type Attempt,
  attemptCookie,
  attemptDigest,
  attemptEntry,
  attemptIn,
  attemptKey,
  belongsTo,
  derived,
  type Ending,
  isState,
} from './attempt.ts'
import { redactedError } from './calls/redact.ts'
import type { Arrival, CallingBrowser } from './connector.ts'
import type { Setting } from './create-connector.ts'
import { eventually } from './patience.ts'
import { presentable } from './presentable.ts'
import type { Word } from './provider.ts'
import { ConnectorError, type ConnectorErrorCode } from './refusal.ts'

interface Found {
  readonly attempt: Attempt
  readonly entry: Entry
  readonly digest: string
  /** The browser's, checked. */
  readonly secret: string
}

interface Lost {
  readonly lost: ConnectorErrorCode
  readonly digest?: string
}

export async function arrive(setting: Setting, query: URLSearchParams, browser: CallingBrowser): Promise<Arrival> {
  const found = await find(setting, query, browser)
  if ('lost' in found) {
    setting.tell({ type: 'refused', code: found.lost }, found.digest)
    return { outcome: 'refused', code: found.lost }
  }
  const word = wordIn(setting, query)
  const wordHash = await sha256(typeof word === 'string' ? word : `code ${word.code}`)
  return (await first(setting, found, { word, wordHash })) ?? repeated(setting, found, wordHash)
}

async function find(setting: Setting, query: URLSearchParams, browser: CallingBrowser): Promise<Found | Lost> {
  const [state = '', ...more] = query.getAll('state')
  if (more.length > 0 || !isState(state)) return { lost: 'state_unknown' }
  const digest = await attemptDigest(state)
  const entry = await setting.store.get(attemptKey(digest))
  if (!entry) return { lost: 'state_unknown', digest }
  const attempt = attemptIn(entry)
  // The state of one provider at the address of another: this is how their answers would be mixed up.
  if (attempt.provider !== setting.provider.name) return { lost: 'state_unknown', digest }
  const secret = browser.cookie(attemptCookie(digest))
  if (secret === undefined || !(await belongsTo(attempt, secret))) return { lost: 'other_browser', digest }
  return { attempt, entry, digest, secret }
}

/** No provider's code is longer; what is asked of a provider is bounded in everything. */
const longestCode = 512

function wordIn({ provider }: Setting, query: URLSearchParams): Word {
  const word = provider.read(query)
  if (typeof word === 'string') return word
  return word.code.length > longestCode || !/^[\x21-\x7e]+$/.test(word.code) ? 'missing' : word
}

/**
 * The step from `open` has one winner, wherever callbacks arrive, and only the winner asks the provider. `undefined` for
 * everybody else.
 */
async function first(
  setting: Setting,
  { attempt, entry, digest, secret }: Found,
  { word, wordHash }: { word: Word; wordHash: string },
): Promise<Arrival | undefined> {
  const { store, clock, repeatWindow } = setting
  if (attempt.step !== 'open') return undefined
  const taken: Attempt = { ...attempt, step: 'taken', wordHash }
  if (!(await store.put(attemptKey(digest), attemptEntry(taken, entry.version + 1, entry.expiresAt)))) return undefined
  const ending = await endingOf(setting, attempt, { word, digest, secret })
  const until = (await timeOf(clock, store)) + repeatWindow * 1000
  const done: DoneAttempt = { ...attempt, step: 'done', wordHash, ending }
  // The window is the entry's life: a repetition after it meets a state that never was.
  await store.put(attemptKey(digest), attemptEntry(done, entry.version + 2, until))
  return arrivalOf(done, digest, secret)
}

async function endingOf(
  setting: Setting,
  { way, ask }: Attempt,
  { word, digest, secret }: { word: Word; digest: string; secret: string },
): Promise<Ending> {
  try {
    if (word === 'refused') throw new ConnectorError('denied')
    if (word === 'missing') throw new ConnectorError('code_rejected', { detail: 'a callback without a code' })
    const visit = { way, ask, redirectUri: setting.redirectUri, codeVerifier: await derived(secret, 'v1') }
    const identity = presentable(await setting.provider.identify(word.code, visit))
    setting.tell({ type: 'identified', way }, digest)
    return { identity }
  } catch (error) {
    // Anything else is a bug: the attempt stays taken, and nobody signs in by trying again.
    if (!(error instanceof ConnectorError)) throw redactedError(error)
    const { code, errcode, reference, detail } = error
    const reason = { ...(errcode && { errcode }), ...(reference && { reference }), ...(detail && { detail }) }
    setting.tell({ type: 'refused', way, code, ...reason }, digest)
    return { refusal: code, ...(reference && { reference }) }
  }
}

/** Another request of the same browser was first: it is waited for, and its answer given again. */
async function repeated(setting: Setting, { digest, secret }: Found, wordHash: string): Promise<Arrival> {
  const { store, clock } = setting
  const key = attemptKey(digest)
  const look = (entry: Entry | undefined) => (entry ? doneIn(entry) : 'gone')
  const attempt = (await eventually({ store, clock, key, patience, look })) ?? 'gone'
  if (attempt !== 'gone' && attempt.wordHash === wordHash) return arrivalOf(attempt, digest, secret)
  const code = attempt === 'gone' ? 'interrupted' : 'state_used'
  setting.tell({ type: 'refused', code }, digest)
  return { outcome: 'refused', code }
}

/** ms: two calls to the provider, each with its deadline, and one that was repeated. */
const patience = 15_000

type DoneAttempt = Attempt & { readonly step: 'done' }

function doneIn(entry: Entry): DoneAttempt | undefined {
  const attempt = attemptIn(entry)
  return attempt.step === 'done' ? attempt : undefined
}

async function arrivalOf(attempt: DoneAttempt, digest: string, secret: string): Promise<Arrival> {
  const { way, ask, returnTo, ending } = attempt
  const known = { way, ...(returnTo !== undefined && { returnTo }) }
  if ('refusal' in ending) {
    return {
      outcome: 'refused',
      code: ending.refusal,
      ...known,
      ...(ending.reference && { reference: ending.reference }),
    }
  }
  const cookie = { name: attemptCookie(digest), value: '', maxAge: 0 }
  return { outcome: 'identity', identity: ending.identity, ask, ...known, token: await derived(secret, 's1'), cookie }
}
