/**
 * One delivery, posted once. A redirect is not followed, because nobody has checked where it leads; of the answer only the
 * status and `Retry-After` are looked at, and little of its body is even received.
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { readRetryAfter } from 'scanlogin/expiry'
import { DestinationRefused, type Destinations } from './destination.ts'

export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Posted {
  readonly status: number
  /** Seconds that the receiver asks for. */
  readonly retryAfter?: number
}

export interface PostOptions {
  readonly destinations: Destinations
  /** ms for all of it. Default 15,000. */
  readonly timeout?: number
  /** Ends it early. */
  readonly signal?: AbortSignal
}

/** Rejects where there is no answer. */
export function post({ url, headers, body }: Post, options: PostOptions): Promise<Posted> {
  const { destinations, timeout = 15_000, signal } = options
  const target = new URL(url)
  const host = target.hostname.replace(/^\[|\]$/g, '')
  // A literal address is connected to without being looked up.
  if (isIP(host) !== 0 && !destinations.permits(host)) return Promise.reject(new DestinationRefused())
  const ends = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])])
  const request = target.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = request(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'scanlogin-webhooks',
        ...headers,
      },
      // A connection of its own: an address that was checked for one endpoint is not lent to another.
      agent: false,
      lookup: destinations.lookup,
      maxHeaderSize: 16 * 1024,
      signal: ends,
    })
    sent.on('error', error => reject(ends.aborted ? new Error('There was no answer in time') : error))
    sent.on('response', response => {
      const { statusCode = 0, headers } = response
      const retryAfter = readRetryAfter(headers['retry-after'], Date.now())
      resolve({ status: statusCode, ...(retryAfter !== undefined && { retryAfter }) })
      let received = 0
      // What comes after the status says nothing: an error there changes nothing.
      response.on('error', () => {})
      response.on('data', (piece: Buffer) => {
        received += piece.length
        if (received > mostReceived) response.destroy()
      })
    })
    sent.end(body)
  })
}

const mostReceived = 64 * 1024
