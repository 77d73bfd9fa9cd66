/**
 * What goes wrong on demand. A fault is planned for the next calls of some path, and is used up by them. The ones here
 * befall every service; each simulator adds those that only its service knows.
 */

import { type Answer, type Call, json, type Outcome, text } from '../http/call.ts'
import type { Clock } from './clock.ts'

/** Does something to a call instead of, before or after its ordinary answer. */
export type Mischief = (call: Call, ordinary: () => Promise<Outcome>) => Outcome | Promise<Outcome>

export interface FaultPlan {
  /** What the path has to contain, such as `/sns/oauth2/access_token`; empty for every path. */
  readonly match: string
  /** How many calls it befalls. */
  readonly times: number
  readonly mischief: Mischief
}

export interface Faults {
  plan(fault: FaultPlan): void
  /** Lets the oldest fault that fits befall the call. */
  befall: Mischief
  clear(): void
}

export function createFaults(): Faults {
  let planned: (FaultPlan & { left: number })[] = []
  return {
    plan(fault) {
      planned.push({ ...fault, left: fault.times })
    },
    async befall(call, ordinary) {
      const fault = planned.find(({ match, left }) => left > 0 && call.path.includes(match))
      if (!fault) return ordinary()
      fault.left--
      planned = planned.filter(({ left }) => left > 0)
      return fault.mischief(call, ordinary)
    },
    clear() {
      planned = []
    },
  }
}

/** Never answers, and does not do what was asked. */
const hang: Mischief = () => 'hang'

/** The connection breaks before what was asked is done. */
const resetBefore: Mischief = () => 'reset'

/** It is done, and the connection breaks before the answer: a code is used up and nobody has its tokens. */
const resetAfter: Mischief = async (_, ordinary): Promise<Outcome> => {
  await ordinary()
  return 'reset'
}

/** Answers after `ms`. */
export function slow(ms: number, clock: Clock): Mischief {
  return async (_, ordinary) => {
    await new Promise<void>(resolve => clock.after(ms, resolve))
    return ordinary()
  }
}

const http500: Mischief = () => text('Internal Server Error', { status: 500 })

/** As a proxy on the way answers. */
const html502: Mischief = () =>
  text('<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n', {
    status: 502,
    type: 'text/html',
  })

/** As a network's log-in page answers: a page with status 200. */
const html200: Mischief = () => text('<!doctype html>\n<title>Welcome</title>\n', { type: 'text/html' })

/** Leads to another host, which must not be followed. */
const redirect302: Mischief = () => ({
  status: 302,
  headers: { location: 'http://elsewhere.invalid/' },
  body: '',
})

/** JSON that ends in the middle. */
const badJson: Mischief = changing(answer => ({ ...answer, body: halfOf(answer.body) }))

/** JSON, and not what anybody expects. */
const strangeJson: Mischief = () => json([null, 'strange'])

/** With a byte order mark in front. */
const bom: Mischief = changing(answer => ({
  ...answer,
  body: Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), Buffer.from(answer.body)]),
}))

/** With another content type; `''` for none at all. */
export function contentType(type: string): Mischief {
  return changing(answer => {
    const { 'content-type': _, ...headers } = answer.headers
    return { ...answer, headers: type === '' ? headers : { ...headers, 'content-type': type } }
  })
}

/** Lets the call have its effect, and changes what comes of it. */
export function changing(change: (answer: Answer) => Answer): Mischief {
  return async (_, ordinary) => {
    const outcome = await ordinary()
    return typeof outcome === 'string' ? outcome : change(outcome)
  }
}

function halfOf(body: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(body)
  return bytes.subarray(0, Math.floor(bytes.length / 2))
}

/** Those that need nothing to be said about them, by their names. */
export const networkFaults = {
  hang,
  resetBefore,
  resetAfter,
  http500,
  html502,
  html200,
  redirect302,
  badJson,
  strangeJson,
  bom,
} as const
