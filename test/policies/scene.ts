/** A site with policies, in this process: browsers and phones that call from where a test puts them. */
import type { LoginEvent, LoginOptions, Policy, PolicyStep, Store } from '../../packages/scanlogin/src/index.ts'
import { memoryStore } from '../../packages/scanlogin/src/index.ts'
import type { ScriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { createClock, type ManualClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { type ScriptedPhone, scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { type Started, start } from '../start.ts'

export interface Scene extends Started {
  readonly clock: ManualClock
  readonly store: Store
  readonly events: LoginEvent[]
  browserAt(address: string): ScriptedBrowser
  /** A phone on which this user is signed in, calling by itself. */
  phoneAt(address: string, userId: string): ScriptedPhone
}

export interface SceneOptions {
  login?: Partial<LoginOptions>
  /** Another node of the same site. */
  beside?: Scene
}

/** `policies` are made with the store that the site has. */
export function scene(policies: (store: Store) => readonly Policy[], { login, beside }: SceneOptions = {}): Scene {
  const clock = beside?.clock ?? createClock()
  const store = beside?.store ?? memoryStore({ clock })
  const events: LoginEvent[] = []
  const site = start({
    login: { store, clock, policies: policies(store), onEvent: event => events.push(event), ...login },
    handler: {
      clientAddress: ({ header }) => header('x-address'),
      authenticate: request => userOf(request.headers.get('authorization') ?? ''),
    },
  })
  return {
    ...site,
    clock,
    store,
    events,
    browserAt: address => site.newBrowser({ headers: { 'x-address': address } }),
    phoneAt: (address, userId) =>
      scriptedPhone({
        url: site.server.url,
        fetch: site.handler,
        headers: { authorization: `Bearer user-${userId}`, 'x-address': address },
      }),
  }
}

/** A policy that answers one step like this, and all others with yes. */
export function at(step: PolicyStep['step'], decide: Policy['decide']): Policy {
  return { name: `at ${step}`, decide: asked => (asked.step === step ? decide(asked) : { verdict: 'allow' }) }
}

/** A browser with a code on its screen, and the code. */
export async function showing(browser: ScriptedBrowser): Promise<string> {
  const { status } = await browser.create()
  if (status !== 201) throw new Error(`create was answered ${status}`)
  return browser.draw(0)
}

function userOf(authorization: string): { id: string } | undefined {
  const [, id] = /^Bearer user-(.+)$/.exec(authorization) ?? []
  return id === undefined ? undefined : { id }
}
