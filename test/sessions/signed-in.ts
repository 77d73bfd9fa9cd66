/** A browser that has signed in by its phone, in one call, over either kind of sessions. */
import { memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import {
  type JwtSessionsOptions,
  jwtSessions,
  type Sessions,
  storedSessions,
} from '../../packages/scanlogin/src/session.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import type { ScriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { type Started, type StartOptions, start } from '../start.ts'

export const origin = 'https://id.example.com'

export type Kind = 'stored' | 'jwt'

export interface World extends Started {
  readonly clock: ReturnType<typeof createClock>
  readonly sessions: Sessions
  /** Of tickets and sessions. */
  readonly store: Store
  /** Takes the browser, or this one, all the way. */
  signIn(browser?: ScriptedBrowser, phone?: ScriptedPhone): ReturnType<ScriptedBrowser['redeem']>
}

export function startWith(
  kind: Kind,
  { options = {}, ...rest }: StartOptions & { options?: Partial<JwtSessionsOptions> } = {},
): World {
  const clock = createClock()
  const store = memoryStore({ clock })
  const common = { store, clock, staleness: 0, ...options }
  const sessions = kind === 'jwt' ? jwtSessions({ issuer: origin, ...common }) : storedSessions(common)
  const started = start({ ...rest, login: { store, clock, ...rest.login }, handler: { sessions, ...rest.handler } })
  return {
    ...started,
    clock,
    sessions,
    store,
    async signIn(browser = started.browser, phone = started.phone) {
      await browser.create()
      await confirm(browser, phone)
      return browser.redeem()
    },
  }
}

export async function confirm(browser: ScriptedBrowser, phone: ScriptedPhone): Promise<void> {
  const scan = await phone.scan(browser.ticket.qr.url)
  if (scan.status !== 200) throw new Error(`scan: ${scan.text}`)
  await phone.confirm()
}
