/**
 * What a check plays on: browsers, phones and strangers of one deployment, and the end of all that they have opened.
 */
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
  /** Another person's, each time; in each check the first is that of `--user`. */
  newPhone(name?: string): ScriptedPhone
  /** A phone has scanned what a new browser shows. */
  scanned(): Promise<Pair>
  /** … and its user has said "sign in"; the check code, if there is one, has been typed. */
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
  let people = 0

  function newBrowser(own: Partial<ScriptedBrowserOptions> = {}): ScriptedBrowser {
    return scriptedBrowser({ url, fetch, origin, ...own })
  }

  async function open(own: Partial<ScriptedBrowserOptions> = {}, body: Readonly<Record<string, unknown>> = {}) {
    const browser = newBrowser(own)
    const reply = await browser.create(body)
    expectStatus('POST /tickets', reply, 201)
    return browser
  }

  function newPhone(name = 'Alice Auditor'): ScriptedPhone {
    if (apiKey === undefined) throw new Unready('there is no API key')
    people++
    const id = people === 1 && options.user ? options.user : `scanlogin-audit-${crypto.randomUUID()}`
    return scriptedPhone({ url, fetch, apiKey, user: { id, name } })
  }

  async function scanned(): Promise<Pair> {
    const browser = await open()
    const phone = newPhone()
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
    scanned,
    async confirmed() {
      const pair = await scanned()
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
    async tidy() {
      people = 0
      await remove()
    },
  }
}

/** The phone says "sign in"; the browser types the check code where one is asked for. Throws `Unready`. */
export async function confirm({ browser, phone }: Pair): Promise<void> {
  const reply = await phone.confirm()
  expectStatus('POST /tickets/{id}/confirm', reply, 200)
  const digits = reply.body.check_code
  if (digits !== undefined) expectStatus('POST /tickets/{id}/verify', await browser.verify(digits), 200)
}

/** Throws `Unready` for any other status: what comes next would make no sense. */
export function expectStatus(call: string, reply: Reply, wanted: number): void {
  const { status, body } = reply
  if (status === wanted) return
  throw new Unready(`${call} was answered ${status}${body.code ? ` (${body.code})` : ''}, not ${wanted}`, reply)
}
