/**
 * A browser as a script: it opens a sign-in, shows its code, waits, and collects. It has a cookie jar of its own and
 * says its `Origin` as a page does, or carries its secret as `Authorization: Bearer` as a native app does.
 */
import { makePayload } from '../core/codes/qr-payload.ts'
import type { CreateBody, CreatedResource, SignedInResource, TicketResource } from '../http/wire.ts'
import { type CallerOptions, type CallOptions, createCaller, type Reply } from './caller.ts'
import { createCookieJar } from './cookie-jar.ts'
import { type Events, readEvents } from './event-reader.ts'

export interface ScriptedBrowserOptions extends CallerOptions {
  /** The origin of the page. Default: that of `url`. Without one no `Origin` is sent. */
  origin?: string | undefined
  /** How it proves itself: by the cookie of `create`, or by the secret as a Bearer token. Default `cookie`. */
  proof?: 'cookie' | 'bearer'
  /** A proof of this browser's key for the header `DPoP` of create and redeem. Default: it has no key. */
  prove?: ((method: string, path: string) => Promise<string>) | undefined
  /** On every call, such as a user agent. */
  headers?: Readonly<Record<string, string>>
}

export interface ScriptedBrowser {
  /** Name to value. */
  readonly cookies: Map<string, string>
  /** What `create` gave. Throws before that. */
  readonly ticket: CreatedResource
  /** The proof that this browser holds for its ticket. Throws before `create`. */
  readonly secret: string
  create(body?: CreateBody | Readonly<Record<string, unknown>>): Promise<Reply<CreatedResource>>
  /** What stands in the QR code `age` seconds after it was first drawn. Default 0. */
  draw(age?: number): Promise<string>
  read(options?: CallOptions): Promise<Reply<TicketResource>>
  wait(since: number | string, seconds: number | string, options?: CallOptions): Promise<Reply<TicketResource>>
  /** Server-sent events; `headers` may hold `Last-Event-ID`. */
  stream(options?: CallOptions): Promise<Events>
  verify(checkCode: string): Promise<Reply<TicketResource>>
  redeem(codeVerifier?: string): Promise<Reply<SignedInResource>>
  cancel(): Promise<Reply>
  /** Any call, with this browser's cookies, proof and origin; `headers` go before them. */
  call<Body>(method: string, path: string, options?: CallOptions): Promise<Reply<Body>>
}

export function scriptedBrowser(options: ScriptedBrowserOptions): ScriptedBrowser {
  const { proof = 'cookie', headers = {}, prove } = options
  const origin = 'origin' in options ? options.origin : new URL(options.url).origin
  const caller = createCaller(options)
  const jar = createCookieJar()
  let created: CreatedResource | undefined

  function headersFor(own: CallOptions['headers']): Record<string, string> {
    const cookie = jar.header()
    return {
      ...(origin !== undefined && { origin }),
      ...(cookie && { cookie }),
      ...(created?.secret && { authorization: `Bearer ${created.secret}` }),
      ...headers,
      ...own,
    }
  }

  async function call<Body>(method: string, path: string, call: CallOptions = {}): Promise<Reply<Body>> {
    const reply = await caller.call<Body>(method, path, { ...call, headers: headersFor(call.headers) })
    jar.keep(reply.headers)
    return reply
  }

  /** A fresh proof for each call, as it can be used once. */
  async function proven(path: string): Promise<{ headers?: Record<string, string> }> {
    return prove ? { headers: { dpop: await prove('POST', path) } } : {}
  }

  function ticket(): CreatedResource {
    if (!created) throw new Error('this browser has not created a ticket')
    return created
  }

  const pathTo = (rest: string) => `/tickets/${ticket().id}${rest}`

  return {
    cookies: jar.cookies,
    get ticket() {
      return ticket()
    },
    get secret() {
      const { id, secret } = ticket()
      const [, kept] = [...jar.cookies].find(([name]) => name.endsWith(`scanlogin-${id.slice(0, 8)}`)) ?? []
      const held = secret ?? kept
      if (held === undefined) throw new Error('the server has given this browser no secret')
      return held
    },
    async create(body = {}) {
      created = undefined
      const secretIn = proof === 'bearer' ? { secret_in: 'body' } : {}
      const fields = { ...secretIn, ...body }
      const reply = await call<CreatedResource>('POST', '/tickets', { body: fields, ...(await proven('/tickets')) })
      // Whether all of it is there is what the rules on creating check.
      if (reply.status === 201) created = reply.body as CreatedResource
      return reply
    },
    async draw(age = 0) {
      const { id, qr } = ticket()
      return `${qr.url.split('#')[0]}#${await makePayload(id, qr.rotation?.key, age * 1000)}`
    },
    read: options => call('GET', pathTo(''), options),
    wait: (since, seconds, options) => call('GET', pathTo(`?since=${since}&wait=${seconds}`), options),
    async stream({ headers: own, ...options } = {}) {
      const fields = headersFor({ accept: 'text/event-stream', ...own })
      return readEvents(await caller.open('GET', pathTo(''), { ...options, headers: fields }))
    },
    verify: checkCode => call('POST', pathTo('/verify'), { body: { check_code: checkCode } }),
    async redeem(codeVerifier) {
      const path = pathTo('/redeem')
      const body = codeVerifier === undefined ? {} : { code_verifier: codeVerifier }
      return call('POST', path, { body, ...(await proven(path)) })
    },
    cancel: () => call('DELETE', pathTo('')),
    call,
  }
}
