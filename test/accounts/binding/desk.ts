/** Accounts in a file, and identities that wait in a store, on a clock that stands still. */
import { randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { pino } from 'pino'
import { type LoginEvent, memoryStore, type Store } from '../../../packages/scanlogin/src/index.ts'
import { type SessionDetails, type Sessions, storedSessions } from '../../../packages/scanlogin/src/session.ts'
import { createClock, type ManualClock } from '../../../packages/scanlogin/src/testing.ts'
import { type PendingIdentities, pendingIdentities } from '../../../packages/server/src/accounts/binding/pending.ts'
import { bindingRoutes } from '../../../packages/server/src/accounts/binding/routes.ts'
import { signedInBy } from '../../../packages/server/src/accounts/binding/signed-in.ts'
import type { Sighting } from '../../../packages/server/src/accounts/sighting.ts'
import { migrate } from '../../../packages/server/src/accounts/sql/migrations.ts'
import { sqlAccounts } from '../../../packages/server/src/accounts/sql/store.ts'
import { openSqlite } from '../../../packages/server/src/accounts/sqlite/database.ts'
import type { AccountStore } from '../../../packages/server/src/accounts/store.ts'
import { website } from '../people.ts'
import { newFile } from '../servers/files.ts'

export interface Desk {
  readonly clock: ManualClock
  readonly store: Store
  /** The keys that were written, in order. */
  readonly written: readonly string[]
  readonly accounts: AccountStore
  readonly pending: PendingIdentities
  /** The calls of the pages, at `/`. */
  readonly routes: Hono
  /** What the server has written to its log. */
  readonly logged: readonly string[]
  /** The events that were raised. */
  readonly raised: readonly LoginEvent[]
  readonly sessions: Sessions
  /** Signs a user in, and gives the cookie of the session. */
  signIn(userId: string, details?: SessionDetails): Promise<string>
  /** Leaves an identity in a browser, and gives its cookie. */
  leave(identity?: Sighting, returnTo?: string): Promise<string>
}

export const publicUrl = 'https://id.example.com'

export async function openDesk(): Promise<Desk> {
  const clock = createClock()
  const memory = memoryStore({ clock })
  const written: string[] = []
  const store: Store = {
    ...memory,
    put(key, entry, only) {
      written.push(key)
      return memory.put(key, entry, only)
    },
  }
  const database = await openSqlite({ path: newFile(), mode: 'create' })
  await migrate(database)
  const accounts = sqlAccounts(database, { clock })
  const pending = pendingIdentities({ store, secure: true })
  const sessions = storedSessions({ store, clock })
  const logged: string[] = []
  const raised: LoginEvent[] = []
  const routes = bindingRoutes({
    accounts,
    pending,
    signedIn: signedInBy({ sessions, secure: true }),
    sessions,
    raise: event => void raised.push(event),
    providers: [
      { provider: 'wechat', ways: ['website', 'inside'], start: '/connect/wechat/start' },
      { provider: 'alipay', ways: ['inside'], start: '/connect/alipay/start' },
    ],
    publicUrl,
    log: pino({ level: 'info' }, { write: line => void logged.push(line) }),
    clock,
  })
  return {
    clock,
    store,
    written,
    accounts,
    pending,
    routes,
    logged,
    raised,
    sessions,
    async signIn(id, details = {}) {
      const secret = randomBytes(32).toString('base64url')
      const { token } = await sessions.open({ id, name: `${id} Example` }, secret, details)
      return `__Host-scanlogin-session=${token}`
    },
    async leave(identity = website, returnTo) {
      return (await pending.keep(identity, { returnTo })).split(';')[0] ?? ''
    },
  }
}
