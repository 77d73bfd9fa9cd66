/**
 * Everything the audit sends goes through here: it is counted, so that an audit is never a flood; it follows no
 * redirect and reads no endless answer; and it is remembered, so that a finding can show what was asked and answered.
 */
import type { Fetch } from 'scanlogin/testing'
import type { Seen } from './check.ts'

export interface Exchange {
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: readonly Field[]
    readonly body?: string
  }
  /** `undefined` where none came. */
  readonly answer: { readonly status: number; readonly headers: readonly Field[]; readonly body: string } | undefined
}

export type Field = readonly [name: string, value: string]

export interface Recorder {
  readonly fetch: Fetch
  of(seen: Seen): Exchange | undefined
  last(): Exchange | undefined
  /** Requests so far. */
  count(): number
  /** How many of them the deployment refused with 429, after it was given the time it asked for. */
  limited(): number
}

export interface RecorderOptions {
  send: Fetch
  /** Hears of every exchange. */
  learn: (exchange: Exchange) => void
  pause: (ms: number) => Promise<void>
}

/** A deployment that an audit has to be able to rely on: every request is answered somehow. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** Requests of one audit. A whole one sends about half of it. */
const most = 2000
/** ms until an answer counts as none; the longest wait that the protocol knows is 25 s. */
const patience = 30_000
const longestAnswer = 256 * 1024
/** Seconds that one audit may spend on waiting where it is told that it asks too often. */
const mostWaiting = 120

export function createRecorder({ send, learn, pause }: RecorderOptions): Recorder {
  // By the headers object: a reply of the scripted browser carries the very one that the answer came with.
  const exchanges = new WeakMap<Headers, Exchange>()
  let last: Exchange | undefined
  let [count, limited, waited] = [0, 0, 0]

  /** What was refused with 429 has had no effect: it may be asked again. */
  async function fetch(request: Request): Promise<Response> {
    const again = request.clone()
    const answer = await ask(request)
    if (answer.status !== 429) return answer
    const seconds = Number(answer.headers.get('retry-after'))
    const waits = seconds > 0 && waited + seconds <= mostWaiting
    if (waits) {
      waited += seconds
      await pause(seconds * 1000)
    }
    const last = waits ? await ask(again) : answer
    if (last.status === 429) limited++
    return last
  }

  async function ask(request: Request): Promise<Response> {
    count++
    if (count > most) throw new NoAnswer(`the audit ends after ${most} requests`)
    const headers = new Headers(request.headers)
    if (!headers.has('user-agent')) headers.set('user-agent', 'scanlogin-audit')
    const body = request.body ? await request.clone().text() : undefined
    const { method, url } = request
    const sent = { method, url, headers: [...headers], ...(body !== undefined && { body }) }
    try {
      const signal = AbortSignal.timeout(patience)
      const response = await send(new Request(request, { headers, redirect: 'manual', signal }))
      const text = await beginningOf(response)
      const { status } = response
      const content = [204, 205, 304].includes(status) ? null : text
      const answer = new Response(content, { status, headers: response.headers })
      last = { request: sent, answer: { status, headers: [...response.headers], body: text } }
      learn(last)
      exchanges.set(answer.headers, last)
      return answer
    } catch (error) {
      last = { request: sent, answer: undefined }
      throw new NoAnswer(`${method} ${new URL(url).pathname} was not answered: ${reasonOf(error)}`)
    }
  }

  return {
    fetch,
    of: seen => exchanges.get(seen.headers),
    last: () => last,
    count: () => count,
    limited: () => limited,
  }
}

/** The whole body, or of a stream of events the first one: it ends only when the ticket does. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
    if (text.length > longestAnswer || (isStream && text.includes('\n\n'))) {
      await reader.cancel()
      return text
    }
  }
}

/** What `fetch` hides behind "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.message
}
