/** One call as a browser makes it, timed, from an address of this machine's if need be. Follows no redirect. */
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'

export interface CallOptions {
  method?: 'GET' | 'POST' | 'DELETE'
  headers?: Readonly<Record<string, string>>
  body?: unknown
  /** The address of this machine that it comes from. Default: the system's choice. */
  localAddress?: string
  /** Seconds without a byte until there is no answer. Default 10. */
  patience?: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** From the call to the end of the answer. */
  readonly seconds: number
  /** Where it came from. */
  readonly localAddress: string
}

/** What the message names is a code of the network or of TLS, or what happened. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly seconds: number

  constructor(message: string, seconds: number) {
    super(message)
    this.seconds = seconds
  }
}

/** The whole answer, or of one without end its first 64 KiB. */
export async function call(address: string, options: CallOptions = {}): Promise<Answer> {
  const opened = await open(address, options)
  let text = ''
  const { status, headers, localAddress, message, since } = opened
  try {
    for await (const piece of message) {
      text += piece
      if (text.length > longest) break
    }
  } catch (error) {
    throw new NoAnswer(reasonOf(error), since())
  }
  message.destroy()
  return { status, headers, text, seconds: since(), localAddress }
}

/** The same where the site has answered before: what comes in the place of an answer stands in the place of its status. */
export async function callHere(address: string): Promise<{ readonly status: number | string; readonly text: string }> {
  try {
    return await call(address)
  } catch (error) {
    if (error instanceof NoAnswer) return { status: error.message, text: '' }
    throw error
  }
}

const longest = 64 * 1024

export interface Opened {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly localAddress: string
  /** The body, piece by piece. */
  readonly message: IncomingMessage
  /** Seconds since the call. */
  since(): number
}

/** Resolves with the head of the answer. */
export function open(address: string, options: CallOptions = {}): Promise<Opened> {
  const { method = 'GET', headers = {}, body, localAddress, patience = 10 } = options
  const begun = performance.now()
  const since = () => (performance.now() - begun) / 1000
  const start = address.startsWith('https:') ? tlsRequest : plainRequest
  return new Promise((resolve, reject) => {
    const sent = start(address, {
      method,
      timeout: patience * 1000,
      // A connection of its own: one that is kept may have been opened under other conditions.
      agent: false,
      ...(localAddress !== undefined && { localAddress, family: 4 }),
      headers: {
        'user-agent': 'scanlogin-doctor',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    })
    sent.once('response', message => {
      const { statusCode: status = 0, headers: answered, socket } = message
      message.setEncoding('utf8')
      resolve({ status, headers: answered, localAddress: socket.localAddress ?? '', message, since })
    })
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${patience} s`)))
    sent.on('error', error => reject(new NoAnswer(reasonOf(error), since())))
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** What `localhost` answers with on two addresses is an error without a message of its own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  return code || error.message || error.name
}
