/**
 * What a check plays on: browsers, phones and strangers of one deployment, and the end of all that they have opened.
 */

import type { ConfirmedResource } from 'scanlogin/http'
import {
  type CallOptions,
  type Fetch,
  type Reply,
  type ScriptedBrowser,
  type ScriptedBrowserOptions,
  type ScriptedPhone,
  scriptedBrowser,
  scriptedPhone,
} from 'scanlogin/testing'
import { Unready } from './check.ts'
import { watchLeftovers } from './leftovers.ts'
import type { Wire } from './wire.ts'

export interface SceneOptions {
  /** Where the calls are mounted, such as `https://id.example.com/v1`. */
  url: string
  /** The origin of the sign-in page. */
  origin: string
  /** Lets phones take part. */
  apiKey: string | undefined
  /** The user who signs in. Default: one of its own for each phone, `scanlogin-audit-…`. */
  user: string | undefined
  wire: Wire
  fetch: Fetch
  pause: (ms: number) => Promise<void>
}

export interface Pair {
  readonly browser: ScriptedBrowser
  readonly phone: ScriptedPhone
}

export interface Scene {
  readonly url: string
  readonly origin: string
  readonly wire: Wire
  readonly hasPhone: boolean
  /** A browser that has yet to ask for a ticket. */
  newBrowser(options?: Partial<ScriptedBrowserOptions>): ScriptedBrowser
  /** A browser with a pending ticket. Throws `Unready` where it gets none. */
  open(options?: Partial<ScriptedBrowserOptions>, body?: Readonly<Record<string, unknown>>): Promise<ScriptedBrowser>
  /** Another person's, each time. */
  newPhone(name?: string): ScriptedPhone
  /** Whose user signs in: that of `--user`, or else another person's, each time. */
  userPhone(name?: string): ScriptedPhone
  /** A phone has scanned what a new browser shows. Default: a new phone. */
  scanned(phone?: ScriptedPhone): Promise<Pair>
  /** The phone of a user has, who then has said "sign in"; the check code, if there is one, has been typed. */
  confirmed(): Promise<Pair>
  /** Any call with no more than the headers that are given. */
  call<Body>(method: string, path: string, options?: CallOptions): Promise<Reply<Body>>
  /** Opens an address of the deployment as a person would. */
  visit(address: string, headers?: Readonly<Record<string, string>>): Promise<Reply>
  pause(ms: number): Promise<void>
  /** Cancels its tickets and ends its sessions. */
  tidy(): Promise<void>
}

export function createScene(options: SceneOptions): Scene {
  const { url, origin, apiKey, wire, pause } = options
  const { fetch, remove } = watchLeftovers(options.fetch, url, origin)

  function newBrowser(own: Partial<ScriptedBrowserOptions> = {}): ScriptedBrowser {
    return scriptedBrowser({ url, fetch, origin, ...own })
  }

  async function open(own: Partial<ScriptedBrowserOptions> = {}, body: Readonly<Record<string, unknown>> = {}) {
    const browser = newBrowser(own)
    const reply = await browser.create(body)
    expectStatus('POST /tickets', reply, 201)
    return browser
  }

  function phoneOf(id: string, name = 'Alice Auditor'): ScriptedPhone {
    if (apiKey === undefined) throw new Unready('there is no API key')
    return scriptedPhone({ url, fetch, apiKey, user: { id, name } })
  }

  // A person who refuses or leaves several questions is not asked for a while: each is somebody else.
  const newPhone = (name?: string) => phoneOf(`scanlogin-audit-${crypto.randomUUID()}`, name)
  const userPhone = (name?: string) => (options.user ? phoneOf(options.user, name) : newPhone(name))

  async function scanned(phone = newPhone()): Promise<Pair> {
    const browser = await open()
    expectStatus('POST /scan', await phone.scan(browser.ticket.qr.url), 200)
    return { browser, phone }
  }

  return {
    url,
    origin,
    wire,
    hasPhone: apiKey !== undefined,
    newBrowser,
    open,
    newPhone,
    userPhone,
    scanned,
    async confirmed() {
      const pair = await scanned(userPhone())
      await confirm(pair)
      return pair
    },
    call: (method, path, call) => scriptedBrowser({ url, fetch, origin: undefined }).call(method, path, call),
    visit(address, headers = {}) {
      const { origin: site, pathname, search } = new URL(address)
      const browser = scriptedBrowser({ url: site, fetch, origin: undefined })
      return browser.call('GET', pathname + search, { headers: { accept: 'text/html', ...headers } })
    },
    pause,
    tidy: remove,
  }
}

/** The phone says "sign in"; the browser types the check code where one is asked for. Throws `Unready`. */
export async function confirm({ browser, phone }: Pair): Promise<void> {
  const reply = await sayYes(phone)
  expectStatus('POST /tickets/{id}/confirm', reply, 200)
  const digits = reply.body.check_code
  if (digits !== undefined) expectStatus('POST /tickets/{id}/verify', await browser.verify(digits), 200)
}

/**
 * Confirms, by the last scan or with another scan token. Where the deployment asks for user verification the audit says
 * that there was one, as the app's back end may: it is about users of its own.
 */
export function sayYes(phone: ScriptedPhone, token = phone.scanned.scan_token): Promise<Reply<ConfirmedResource>> {
  const { ticket, require } = phone.scanned
  const body = { scan_token: token, ...(require?.user_verification && { user_verified: true }) }
  return phone.call('POST', `/tickets/${ticket.id}/confirm`, { body })
}

/** Throws `Unready` for any other status: what comes next would make no sense. */
export function expectStatus(call: string, reply: Reply, wanted: number): void {
  const { status, body } = reply
  if (status === wanted) return
  throw new Unready(`${call} was answered ${status}${body.code ? ` (${body.code})` : ''}, not ${wanted}`, reply)
}
