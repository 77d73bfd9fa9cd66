/** The mini program: codes that open one of its pages, links that do the same, and the codes of `wx.login()`. */
import type { WechatApp } from '../apps.ts'
import { WechatError } from '../errors.ts'
import type { Person } from '../people.ts'
import type { World } from '../world.ts'

/** A printed code or a link: what the page is opened with. */
export interface MiniEntry {
  /** The last part of the address that the code holds. */
  readonly id: string
  readonly appid: string
  readonly page: string
  /** Which version of the mini program is opened; the last two by its members only. */
  readonly version: 'release' | 'trial' | 'develop'
  /** As the page's `onLoad` gets it: `scene` is still encoded. */
  readonly query: Readonly<Record<string, string>>
  /** ms since the epoch; `Infinity` for codes, which never end. */
  readonly expiresAt: number
}

export interface MiniPrograms {
  /** The same wish gives the same entry. */
  enter(wish: Omit<MiniEntry, 'id'>): MiniEntry
  entry(id: string): MiniEntry | undefined
  /** Those that can be opened, oldest first. */
  entries(): readonly MiniEntry[]
  /** `wx.login()`: a code that is good once, for five minutes. */
  login(app: WechatApp, person: Person): string
  /** Throws 40029, 40226, 45011. A code that was refused stays as it was. */
  exchange(code: string, app: WechatApp): Person
}

/** ms. */
const loginTtl = 300_000

export function createMiniPrograms(world: World): MiniPrograms {
  const { clock, identifiers, spending } = world
  const entries = new Map<string, MiniEntry>()
  const logins = new Map<string, { appid: string; personId: string; expiresAt: number; used: boolean }>()
  return {
    enter(wish) {
      const same = [...entries.values()].find(({ id: _, ...known }) => JSON.stringify(known) === JSON.stringify(wish))
      if (same) return same
      const entry = { id: identifiers.next(10), ...wish }
      entries.set(entry.id, entry)
      return entry
    },
    entry: id => entries.get(id),
    entries: () => [...entries.values()].filter(({ expiresAt }) => clock.now() < expiresAt),
    login({ appid }, { id }) {
      const code = identifiers.next(32)
      logins.set(code, { appid, personId: id, expiresAt: clock.now() + loginTtl, used: false })
      return code
    },
    exchange(code, app) {
      const login = logins.get(code)
      const person = world.person(login?.personId ?? '')
      // Unknown, of another app, used or too old: this call says no more than that the code is bad.
      if (!login || !person || login.appid !== app.appid || login.used || clock.now() >= login.expiresAt) {
        throw new WechatError(40029)
      }
      if (person.blocked) throw new WechatError(40226)
      const isWithin = spending.spend(`${app.appid} ${person.id}`, app.quotas.miniSessionsPerMinute, 'minute')
      if (!isWithin) throw new WechatError(45011)
      login.used = true
      return person
    },
  }
}
