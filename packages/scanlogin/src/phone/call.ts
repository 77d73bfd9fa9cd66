/** One call to the server: asked until there is an answer or no hope of one, and any refusal thrown as `PhoneError`. */
import { readRetryAfter } from '../core/expiry/retry-after.ts'
import { PhoneError, phoneErrorCode } from './error.ts'
import { patience, pauseBefore } from './retry.ts'

/** Sends `body` to `path` below the mount point and gives the answer, not yet looked at. */
export type PhoneCall = (path: string, body: unknown) => Promise<unknown>

export interface PhoneCallOptions {
  base: string
  fetch: typeof globalThis.fetch
  headers: () => HeadersInit | Promise<HeadersInit>
}

export function createPhoneCall({ base, fetch, headers }: PhoneCallOptions): PhoneCall {
  async function ask(path: string, body: string): Promise<unknown> {
    const own = new Headers(await headers())
    own.set('content-type', 'application/json')
    const signal = AbortSignal.timeout(patience * 1000)
    // A redirect would carry the scan token to wherever it points.
    const reply = await answered(() =>
      fetch(base + path, { method: 'POST', body, headers: own, redirect: 'error', signal }),
    )
    const answer = await answered(() => reply.text())
    if (reply.ok) return parsed(answer)
    throw refusal(reply, answer)
  }

  return async (path, body) => {
    const text = JSON.stringify(body)
    for (let next = 2; ; next++) {
      try {
        return await ask(path, text)
      } catch (error) {
        const pause = passing(error) ? pauseBefore(next, error.retryAfter, Math.random()) : undefined
        // `pauseBefore` gives up after a few tries, so this ends.
        if (pause === undefined) throw error
        await new Promise(resolve => setTimeout(resolve, pause))
      }
    }
  }
}

/** Tells "no answer" from what the host's own `headers` may throw. */
async function answered<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step()
  } catch (cause) {
    throw new PhoneError('unreachable', 'There was no answer', { cause })
  }
}

function refusal(reply: Response, answer: string): PhoneError {
  const retryAfter = readRetryAfter(reply.headers.get('retry-after'), Date.now())
  const { status } = reply
  const { code, title, reasons: given } = record(parsed(answer))
  const reasons = Array.isArray(given) ? given.filter(reason => typeof reason === 'string') : []
  const known = phoneErrorCode(code)
  // A proxy in front of a server that is down answers in its own words.
  if (known === 'unexpected' && status >= 502 && status <= 504) {
    return new PhoneError('store_unavailable', `The server is away (${status})`, { status, retryAfter })
  }
  return new PhoneError(known, typeof title === 'string' ? title : `Answer ${status}`, { status, retryAfter, reasons })
}

/** `true` for what may be over in a moment. */
function passing(error: unknown): error is PhoneError {
  return error instanceof PhoneError && (error.code === 'unreachable' || error.code === 'store_unavailable')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Any value as something to read fields of. */
export function record(value: unknown): Readonly<Record<string, unknown>> {
  // An object's fields are unknown until they are looked at, which is what this type says.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
