/** A site's choices, read once and settled, and what every step works with. */
import type { KnownBrowsers } from '../browsers/known-browsers.ts'
import { type Clock, clockOf, timeOf } from '../clock.ts'
import type { Raise } from '../events/event.ts'
import { createEvents, type Events } from '../events/events.ts'
import { createAnnounce, type EventChoice } from '../events/ticket-event.ts'
import { createGuesses, type Guesses } from '../limits/guesses.ts'
import { createPanel, type Panel } from '../policy/panel.ts'
import type { Policy } from '../policy/policy.ts'
import { type Random, systemRandom } from '../secrets/random.ts'
import type { Store } from '../store.ts'
import { createTickets, type Tickets } from '../tickets.ts'
import { createWaitingRoom, type WaitingRoom } from '../waiting.ts'

export interface LoginOptions {
  /** Where tickets live: `memoryStore()` in one process. */
  store: Store
  /** The address that people's browsers and phones reach this site at, such as `https://id.example.com`. */
  publicUrl: string
  /** What the QR code opens, an address on `publicUrl`. Default `<publicUrl>/s`. */
  scanUrl?: string
  /** Seconds a QR code can be scanned for, 60 to 300. Default 120. */
  scanTtl?: number
  /** Draws a fresh code every 10 s. `false` is for printed codes and very slow readers. Default `true`. */
  rotation?: boolean
  /** Digits that the phone shows and the browser asks for, 4 to 8, or `false` for none. Default `false`. */
  checkCode?: number | false
  /**
   * Lets browsers prove themselves by a key, and remembers those a user has signed in with: `knownBrowsers({ store })`.
   * Default: none is known, and their proofs are not looked at.
   */
  browsers?: KnownBrowsers
  /** Asked before each step; the strictest wins. Default none. */
  policies?: readonly Policy[]
  /** Seconds that all policies together may take; who is late has denied. Default 1.5: they may ask the store, which has 1. */
  policyDeadline?: number
  /** Hears of every step and every refusal. It is not waited for, and what it throws is dropped. Default: nobody does. */
  onEvent?: Raise
  /**
   * Writes an event of each ticket's end (`'final'`), or of each state it comes to (`'every'`), into the store's outbox,
   * in the same step as the change. A relay has to deliver them, or they stay there. Default: none are written.
   */
  keepEvents?: EventChoice
  /** Seconds after which a waiting browser reads again where the store's rings may get lost. Default 5. */
  recheck?: number
  /** Default: the store's time, or the system's where the store has none. */
  clock?: Clock
  /** Default: the runtime's generator. */
  random?: Random
}

export interface House {
  readonly store: Store
  readonly publicUrl: string
  readonly scanUrl: string
  /** ms, as all times here. */
  readonly scanTtl: number
  readonly rotation: boolean
  readonly digits: number | false
  readonly recheck: number
  readonly clock: Clock
  /** The time, for a step that has not asked the store for anything yet. */
  readonly timeNow: () => Promise<number>
  readonly random: Random
  readonly tickets: Tickets
  readonly guesses: Guesses
  readonly panel: Panel
  readonly events: Events
  readonly browsers: KnownBrowsers | undefined
  readonly room: WaitingRoom
}

/** Throws `TypeError` for options that cannot be. */
export function createHouse(options: LoginOptions): House {
  const { store, scanTtl = 120, rotation = true, checkCode = false, recheck = 5 } = options
  const { clock = clockOf(store), random = systemRandom, policies = [], policyDeadline = 1.5 } = options
  const publicUrl = originOf(options.publicUrl)
  const { scanUrl = `${publicUrl}/s` } = options
  if (!scanUrl.startsWith(`${publicUrl}/`) || /[#?]/.test(scanUrl)) {
    throw new TypeError('scanUrl must be an address on publicUrl without query and fragment')
  }
  if (!(scanTtl >= 60 && scanTtl <= 300)) throw new TypeError('scanTtl must be 60 to 300 seconds')
  if (checkCode !== false && !(Number.isInteger(checkCode) && checkCode >= 4 && checkCode <= 8)) {
    throw new TypeError('checkCode must be 4 to 8 digits, or false')
  }
  if (!(policyDeadline > 0)) throw new TypeError('policyDeadline must be a number of seconds above 0')
  if (!(recheck > 0)) throw new TypeError('recheck must be a number of seconds above 0')
  if (options.keepEvents && !store.outbox) throw new TypeError('keepEvents needs a store that has an outbox')
  const announce = options.keepEvents && createAnnounce(options.keepEvents, clock)
  const events = createEvents({ onEvent: options.onEvent, store, clock })
  return {
    store,
    publicUrl,
    scanUrl,
    scanTtl: scanTtl * 1000,
    rotation,
    digits: checkCode,
    recheck: recheck * 1000,
    clock,
    timeNow: () => timeOf(clock, store),
    random,
    tickets: createTickets({ store, announce, onUnreadable: events.unreadable }),
    guesses: createGuesses(store, clock),
    panel: createPanel({ policies, deadline: policyDeadline * 1000, clock, raise: events.raise }),
    events,
    browsers: options.browsers,
    room: createWaitingRoom(store, clock),
  }
}

function originOf(publicUrl: string): string {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash || url.username) {
    throw new TypeError('publicUrl must be an origin such as https://id.example.com')
  }
  return url.origin
}
