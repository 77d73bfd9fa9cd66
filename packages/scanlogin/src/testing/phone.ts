/**
 * A phone as a script: it reads the code and decides. Its user is named by the app's back end with an API key, or known
 * to the server by whatever headers the phone sends.
 */
import type { ConfirmedResource, ScannedResource, UserResource } from '../http/wire.ts'
import { type CallerOptions, type CallOptions, createCaller, type Reply } from './caller.ts'

export interface ScriptedPhoneOptions extends CallerOptions {
  /** The app's back end calls, and names `user`. */
  apiKey?: string
  user?: UserResource
  /** On every call: the app's own access token or cookie where there is no API key. */
  headers?: Readonly<Record<string, string>>
}

export interface ScriptedPhone {
  readonly user: UserResource | undefined
  /** What the last scan gave. Throws before that. */
  readonly scanned: ScannedResource
  /** Reads a QR code. */
  scan(qr: string): Promise<Reply<ScannedResource>>
  /** Types the code that stands below it. */
  type(userCode: string): Promise<Reply<ScannedResource>>
  confirm(): Promise<Reply<ConfirmedResource>>
  deny(): Promise<Reply<ConfirmedResource>>
  /** Any call, with this phone's credentials; `headers` go before them. */
  call<Body>(method: string, path: string, options?: CallOptions): Promise<Reply<Body>>
}

export function scriptedPhone(options: ScriptedPhoneOptions): ScriptedPhone {
  const { apiKey, user, headers = {} } = options
  const caller = createCaller(options)
  const named = apiKey === undefined || user === undefined ? {} : { user }
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }
  let scanned: ScannedResource | undefined

  function call<Body>(method: string, path: string, call: CallOptions = {}): Promise<Reply<Body>> {
    return caller.call<Body>(method, path, { ...call, headers: { ...authorization, ...headers, ...call.headers } })
  }

  async function scan(code: { qr: string } | { user_code: string }): Promise<Reply<ScannedResource>> {
    const reply = await call<ScannedResource>('POST', '/scan', { body: { ...code, ...named } })
    // Whether all of it is there is what the rules on scanning check.
    if (reply.status === 200) scanned = reply.body as ScannedResource
    return reply
  }

  function last(): ScannedResource {
    if (!scanned) throw new Error('this phone has not scanned')
    return scanned
  }

  function decide(verb: string): Promise<Reply<ConfirmedResource>> {
    const { ticket, scan_token } = last()
    return call('POST', `/tickets/${ticket.id}/${verb}`, { body: { scan_token } })
  }

  return {
    user,
    get scanned() {
      return last()
    },
    scan: qr => scan({ qr }),
    type: userCode => scan({ user_code: userCode }),
    confirm: () => decide('confirm'),
    deny: () => decide('deny'),
    call,
  }
}
