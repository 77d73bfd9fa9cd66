/** What this process counts for the console. Nobody's name, id or address is in it. */
import type { IncomingMessage } from 'node:http'
import { type Login, type LoginEvent, lifetimes } from 'scanlogin'
import type { NodeListener } from 'scanlogin/node'
import { isHeld } from '../../metrics/routes.ts'
import { createRecent, type SeenEvent, seen } from './seen.ts'
import { type Column, columns, createSlices, numberOf, type Slice } from './slices.ts'
import { createSpread } from './spread.ts'

export interface Figures {
  /** ms since the epoch. */
  readonly at: number
  readonly waiting: number
  readonly draining: boolean
  /** Bytes that the process holds. */
  readonly memory: number
  /** The number of the last slice. */
  readonly newest: number
  readonly slices: readonly Slice[]
  /** Of the last five minutes: counts on the scale of `spread.ts`. */
  readonly answers: readonly number[]
  readonly wakes: readonly number[]
  /** The newest first. */
  readonly events: readonly SeenEvent[]
}

export interface Counting {
  onEvent(event: LoginEvent): void
  login(login: Login): Login
  listener(listener: NodeListener): NodeListener
  figures(): Figures
}

export function createCounting(): Counting {
  const slices = createSlices()
  const answers = createSpread()
  const wakes = createSpread()
  const recent = createRecent(shown)
  let counted: Pick<Login, 'waiting' | 'draining'> = { waiting: () => 0, draining: () => false }

  return {
    onEvent(event) {
      recent.add(seen(event))
      if (isColumn(event.type)) slices.count(event.type, event.at)
    },
    login(login) {
      counted = login
      return {
        ...login,
        async wait(id, secret, options) {
          const begun = login.clock.now()
          const ticket = await login.wait(id, secret, options)
          const now = login.clock.now()
          const { state, deadline } = ticket
          // The deadline of `confirmed` says when that was.
          const confirmedAt = deadline - lifetimes.confirmed
          if (state === 'confirmed' && confirmedAt > begun) wakes.note(now - confirmedAt, now)
          // Nobody writes that a ticket expires: the browser that waits for it is who sees it.
          if (unfinished.has(state) && begun < deadline && now >= deadline) slices.count('expired', now)
          return ticket
        },
      }
    },
    listener: listener => (request, response) => {
      const begun = performance.now()
      const held = isHeld(request)
      response.once('close', () => {
        const at = Date.now()
        if (response.statusCode >= 500) slices.count('failed', at)
        if (!held && isLogin(request)) answers.note(performance.now() - begun, at)
      })
      listener(request, response)
    },
    figures() {
      const at = Date.now()
      return {
        at,
        waiting: counted.waiting(),
        draining: counted.draining(),
        memory: process.memoryUsage.rss(),
        newest: numberOf(at),
        slices: slices.last(at),
        answers: answers.counts(at),
        wakes: wakes.counts(at),
        events: recent.last(),
      }
    },
  }
}

/** More would not fit in an entry. */
const shown = 20

const unfinished: ReadonlySet<string> = new Set(['pending', 'scanned', 'verifying', 'confirmed'])

/** Pages and the console itself are not what people wait for. */
function isLogin({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/v1/')
}

function isColumn(type: string): type is Column {
  return columns.some(column => column === type)
}
