/**
 * The verbs of a QR sign-in over a store. Each change is "read, decide, compare-and-set": two racing calls have exactly
 * one winner, on every store and from any number of nodes.
 */
import type { KnownBrowsers } from './browsers/known-browsers.ts'
import type { Clock } from './clock.ts'
import type { RefusedCall } from './events/events.ts'
import type { Terms } from './policy/terms.ts'
import { type ArriveFacts, arrive } from './steps/arrive.ts'
import * as browser from './steps/browser.ts'
import { type Foreseen, foresee } from './steps/foresee.ts'
import { createHouse, type LoginOptions } from './steps/house.ts'
import * as phone from './steps/phone.ts'
import { createRefusals } from './steps/refusals.ts'
import type { Ticket, User } from './ticket.ts'

export type { ArriveFacts } from './steps/arrive.ts'
export type { Created, CreateRequest, Redeemed, RedeemRequest, WaitOptions } from './steps/browser.ts'
export type { Foreseen } from './steps/foresee.ts'
export type { LoginOptions } from './steps/house.ts'
export type { Approval, Confirmed, Scanned, ScannedCode, ScanRequest } from './steps/phone.ts'

export interface Login {
  create(request: browser.CreateRequest): Promise<browser.Created>
  /** The ticket, for the browser that created it. */
  read(id: string, secret: string): Promise<Ticket>
  /** The ticket as soon as its version is above `since`, or after `seconds`, or when the caller hangs up. */
  wait(id: string, secret: string, options: browser.WaitOptions): Promise<Ticket>
  /** Reads the code and binds this user. */
  scan(code: phone.ScannedCode, user: User, request?: phone.ScanRequest): Promise<phone.Scanned>
  /** The codes that the browser shows from now on, for a phone that has read `qr` and has to be signed in first. */
  foresee(qr: string, address?: string): Promise<Foreseen>
  confirm(id: string, scanToken: string, user?: User, approval?: phone.Approval): Promise<phone.Confirmed>
  deny(id: string, scanToken: string, user?: User, address?: string): Promise<Ticket>
  verify(id: string, secret: string, checkCode: string, address?: string): Promise<Ticket>
  cancel(id: string, secret: string, address?: string): Promise<Ticket>
  /** Collects the sign-in. Repeated within 30 s it gives the same user and the same token. */
  redeem(id: string, secret: string, request?: browser.RedeemRequest): Promise<browser.Redeemed>
  /**
   * Asks the policies about somebody whom a provider has recognised, before a session opens for them; gives what the
   * session has to be. Throws the refusal.
   */
  arrive(facts: ArriveFacts): Promise<Terms>
  /**
   * For whoever answers calls: tells of a refusal, unless the login has done so itself, and gives the error to answer
   * with. Too much that is unknown, from one network, is `rate_limited`.
   */
  turnedAway(error: unknown, call: RefusedCall): Promise<unknown>
  /**
   * Whether `userCode` is this ticket's. Nobody's guesses are counted: it is for whoever may read the ticket anyway, and
   * hands both of its names on.
   */
  isNamedBy(id: string, userCode: string): Promise<boolean>
  /** Browsers that wait at the moment. */
  waiting(): number
  /** Changes that waiting browsers found by reading again and not by the store's ringing. */
  hintMisses(): number
  /**
   * Answers all who wait, a crowd over at most 2 s, and from then on answers at once: the first step of going down.
   * Resolves when all were told.
   */
  drain(): Promise<void>
  /** `true` once `drain` was called. */
  draining(): boolean
  readonly publicUrl: string
  readonly scanUrl: string
  readonly checkCode: number | false
  readonly browsers: KnownBrowsers | undefined
  readonly clock: Clock
}

/** Throws `TypeError` for options that cannot be. */
export function createLogin(options: LoginOptions): Login {
  const house = createHouse(options)
  const { room, publicUrl, scanUrl, digits, browsers, clock } = house
  const { told, turnedAway } = createRefusals(house)
  return {
    create: request => told({ call: 'create', address: request.origin.ip }, () => browser.create(house, request)),
    read: (id, secret) => browser.read(house, id, secret),
    wait: (id, secret, options) => browser.wait(house, id, secret, options),
    async scan(code, user, request = {}) {
      const call = { call: 'scan', user: user.id, address: request.address }
      const found = await told(call, () => phone.find(house, code, user, request))
      return told({ ...call, id: found.id }, () => phone.scan(house, found, user, request))
    },
    foresee: (qr, address) => told({ call: 'codes', address }, () => foresee(house, qr)),
    confirm: (id, scanToken, user, approval = {}) =>
      told({ call: 'confirm', id, user: user?.id, address: approval.address }, () =>
        phone.confirm(house, id, scanToken, { user, ...approval }),
      ),
    deny: (id, scanToken, user, address) =>
      told({ call: 'deny', id, user: user?.id, address }, () => phone.deny(house, id, scanToken, { user, address })),
    verify: (id, secret, checkCode, address) =>
      told({ call: 'verify', id, address }, () => browser.verify(house, id, secret, { checkCode, address })),
    cancel: (id, secret, address) =>
      told({ call: 'cancel', id, address }, () => browser.cancel(house, id, secret, address)),
    redeem: (id, secret, request = {}) =>
      told({ call: 'redeem', id, address: request.address }, () => browser.redeem(house, id, secret, request)),
    arrive: facts => told({ call: 'arrive', user: facts.user.id, address: facts.address }, () => arrive(house, facts)),
    turnedAway,
    isNamedBy: (id, userCode) => phone.isNamedBy(house, id, userCode),
    waiting: room.size,
    hintMisses: room.misses,
    drain: room.empty,
    draining: room.closed,
    publicUrl,
    scanUrl,
    checkCode: digits,
    browsers,
    clock,
  }
}
