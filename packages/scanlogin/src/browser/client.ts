/**
 * QR sign-in without a screen: `start()` creates a ticket and follows it until the browser is signed in, and every
 * change arrives as one value of a sum type. The element `<scan-login>` is one customer of it; a framework's component,
 * a kiosk or a command line can be another.
 *
 *     const client = createClient({ base: '/v1' })
 *     client.subscribe(state => { if (state.state === 'signedIn') location.assign(state.returnTo ?? '/') })
 *     client.start()
 */
import { type Attempt, openAttempt } from './attempt/attempt.ts'
import { createCalls, type Fetch } from './calls.ts'
import { type Memory, noMemory, pageMemory } from './key/memory.ts'
import { type Page, thisPage } from './page.ts'
import type { ClientState } from './state.ts'
import { type ClientClock, pageClock } from './timing.ts'

export interface ClientOptions {
  /** Where the handler is mounted: a path on this site or an https address. Default `/v1`. */
  base?: string
  /** Default: the global `fetch`. */
  fetch?: Fetch
  /** Where to go after the sign-in. The server answers only with addresses on its list. */
  returnTo?: string
  /** Which of the server's clients this page belongs to. Default: the site itself. */
  clientId?: string
  /** Proves at the end, with PKCE S256, that whoever collects is who began. Default `false`. */
  pkce?: boolean
  /** Who keeps the browser's secret: a cookie, or this client, for other origins and native apps. Default `cookie`. */
  secretIn?: 'cookie' | 'body'
  /** Collects the session as soon as the phone has said yes. `false`: `redeem()` does. Default `true`. */
  autoRedeem?: boolean
  /**
   * What this browser keeps from one sign-in to the next: the key that it is known by, and a mark of the last account.
   * `false` for a computer that many people use. Default: the page's own storage, and none outside of a page.
   */
  memory?: Memory | false
  /** How often in a row a code that nobody scanned is replaced by itself while the page is seen. Default 5. */
  renewals?: number
  /** Seconds that one request may wait for news, 0 to 25. 0 asks in short at the server's pace. Default 25. */
  wait?: number
  /** Default: `performance.now` and `setTimeout`. */
  clock?: ClientClock
  /** From 0 to below 1, spreads the retries of many browsers. Default `Math.random`. */
  random?: () => number
  /** Default: the page this runs in. */
  page?: Page
}

export interface Client {
  /** The present state, the same object until the next change. */
  readonly state: ClientState
  /** Calls `listener` at once and at every change; the returned function ends that. */
  subscribe(listener: (state: ClientState) => void): () => void
  /** Asks for a code and follows it. Does nothing while one is being followed. */
  start(): void
  /** Drops every request and timer; the state is `idle`. The ticket is left to its deadline. */
  stop(): void
  /** Gives the present code up and asks for a new one. In `offline` it tries again at once instead. */
  refresh(): void
  /** Sends the digits that the phone shows. The outcome is a state. */
  verify(checkCode: string): Promise<void>
  /** Collects the session, where `autoRedeem` is `false`, or from `otherAccount` once a person has agreed. */
  redeem(): Promise<void>
  /** Gives up, here and on the server. */
  cancel(): Promise<void>
  /** Seconds until the present state ends, 0 where none is running. */
  secondsLeft(): number
}

export function createClient(options: ClientOptions = {}): Client {
  const settings = settled(options)
  const { clock, page, renewals } = settings
  const listeners = new Set<(state: ClientState) => void>()
  let state: ClientState = { state: 'idle' }
  let attempt: Attempt | undefined
  let unwatchPage: (() => void) | undefined
  let cancelRest = () => {}
  let renewed = 0
  /** The last state that was not `offline`. */
  let reached: ClientState['state'] = 'idle'

  function begin(): void {
    unwatchPage ??= page.watch(change => (change === 'back' ? back() : away()))
    attempt?.end()
    attempt = openAttempt({ ...settings, show })
    if (page.hidden()) away()
    tell({ state: 'loading' })
  }

  function show(next: ClientState): void {
    if (next.state === 'scanned') renewed = 0
    // Only a code that nobody touched is replaced unasked: who has scanned one should hear that it is over, also where
    // the connection was lost in between.
    const untouched = next.state === 'expired' && reached === 'waiting'
    if (next.state !== 'offline') reached = next.state
    if (untouched && renewed < renewals && !page.hidden()) renew()
    else tell(next)
  }

  function renew(): void {
    renewed += 1
    begin()
  }

  function tell(next: ClientState): void {
    state = next
    for (const listener of listeners) {
      try {
        listener(next)
      } catch (error) {
        // A mistake in the page's code is reported as one, and does not end the sign-in.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  function away(): void {
    cancelRest()
    // Six tabs that hold a request each would leave an HTTP/1.1 site without a connection.
    cancelRest = clock.after(holdWhileHidden, () => attempt?.rest())
  }

  function back(): void {
    cancelRest()
    if (page.hidden()) return
    if (state.state === 'expired' && renewed < renewals) renew()
    else attempt?.nudge()
  }

  function leave(): void {
    attempt?.end()
    attempt = undefined
    cancelRest()
    unwatchPage?.()
    unwatchPage = undefined
  }

  return {
    get state() {
      return state
    },
    subscribe(listener) {
      listeners.add(listener)
      listener(state)
      return () => listeners.delete(listener)
    },
    start() {
      if (!followed.includes(state.state)) begin()
    },
    stop() {
      leave()
      tell({ state: 'idle' })
    },
    refresh() {
      renewed = 0
      if (state.state === 'offline') return attempt?.nudge()
      void attempt?.cancel()
      begin()
    },
    verify: async checkCode => attempt?.verify(checkCode),
    redeem: async () => attempt?.redeem(),
    async cancel() {
      const told = attempt?.cancel()
      leave()
      tell({ state: 'cancelled' })
      await told
    },
    secondsLeft: () => attempt?.secondsLeft() ?? 0,
  }
}

const followed: readonly ClientState['state'][] = [
  'loading',
  'waiting',
  'scanned',
  'verifying',
  'confirmed',
  'otherAccount',
  'offline',
]

/** ms. A person who looks at the phone or another tab for a moment is still here. */
const holdWhileHidden = 60_000

function settled(options: ClientOptions) {
  const { base = '/v1', secretIn = 'cookie', returnTo, clientId } = options
  const { pkce = false, autoRedeem = true, renewals = 5, wait = 25 } = options
  const { clock = pageClock, random = Math.random, page = thisPage() } = options
  const { memory = typeof document === 'undefined' ? noMemory : pageMemory } = options
  if (!(wait >= 0 && wait <= 25)) throw new TypeError('wait must be 0 to 25 seconds')
  if (!(renewals >= 0)) throw new TypeError('renewals must be 0 or more')
  // Called through a closure: a browser's `fetch` refuses to run as another object's method.
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options
  const credentials = secretIn === 'cookie' ? 'include' : 'same-origin'
  const calls = createCalls({ base: base.replace(/\/+$/, ''), fetch, clock, credentials })
  const request = {
    ...(clientId !== undefined && { client_id: clientId }),
    ...(returnTo !== undefined && { return_to: returnTo }),
    ...(secretIn === 'body' && { secret_in: secretIn }),
  }
  return { calls, request, pkce, autoRedeem, memory: memory || noMemory, wait, renewals, clock, random, page }
}
