/** A site that knows browsers by their keys, and people with browsers that hold some. */
import { type KnownBrowsers, knownBrowsers, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import type { ManualClock, ScriptedBrowser, ScriptedKey, ScriptedPhone } from '../../packages/scanlogin/src/testing.ts'
import { createClock, scriptedKey } from '../../packages/scanlogin/src/testing.ts'
import { type Started, type StartOptions, start } from '../start.ts'

export const base = 'https://id.example.com/v1'

export interface KeyedBrowser extends ScriptedBrowser {
  readonly key: ScriptedKey
}

export interface KeyedSite extends Started {
  readonly clock: ManualClock
  readonly store: Store
  readonly browsers: KnownBrowsers
  newKey(): Promise<ScriptedKey>
  /** A browser that proves its key, a new one or that of another. */
  newKeyed(key?: ScriptedKey): Promise<KeyedBrowser>
}

export function open(options: StartOptions & { store?: (store: Store) => Store } = {}): KeyedSite {
  const { store: wrap = store => store, ...rest } = options
  const clock = createClock()
  const store = wrap(memoryStore({ clock }))
  const browsers = knownBrowsers({ store, clock })
  const site = start({ ...rest, login: { clock, store, browsers, ...rest.login } })
  const newKey = () => scriptedKey({ now: clock.now })

  async function newKeyed(key?: ScriptedKey): Promise<KeyedBrowser> {
    const held = key ?? (await newKey())
    const browser = site.newBrowser({ prove: (method, path) => held.prove(method, base + path) })
    return Object.assign(browser, { key: held })
  }

  return { ...site, clock, store, browsers, newKey, newKeyed }
}

/** What the phone was told, or refused. */
export type ScanAnswer = Awaited<ReturnType<ScriptedPhone['scan']>>['body']

/** From create to the phone's "sign in"; the browser still has to collect. */
export async function approve(browser: ScriptedBrowser, phone: ScriptedPhone): Promise<ScanAnswer> {
  await browser.create()
  const { body } = await phone.scan(await browser.draw())
  await phone.confirm()
  return body
}
