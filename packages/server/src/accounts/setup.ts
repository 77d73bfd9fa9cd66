/**
 * The accounts of a server, and whether it has any. A server whose phones are all signed in by the host's own app needs
 * none: it opens a database when `SCANLOGIN_DATABASE` names one, or when a connector brings people whom only this server
 * knows.
 */
import type { Hono } from 'hono'
import type { LoginEvent, Store, User } from 'scanlogin'
import type { Sessions } from 'scanlogin/session'
import { type Config, ConfigError } from '../config.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { accountAvailable } from './available.ts'
import { type PendingIdentities, pendingIdentities } from './binding/pending.ts'
import { bindingRoutes, type Offered } from './binding/routes.ts'
import { signedInBy } from './binding/signed-in.ts'
import { createIdentify, type Identify } from './identify.ts'
import { type LevelledAccounts, levelledAccounts } from './levels/levels.ts'
import { openAccounts } from './open.ts'

export interface ServerAccounts {
  readonly accounts: LevelledAccounts
  readonly pending: PendingIdentities
  /** What connectors ask. */
  readonly identify: Identify
  /** What the handler asks when a session is given out or renewed. */
  readonly available: (user: User) => Promise<boolean>
  /** What the pages about accounts call, for `accountPath`. */
  routes(sessions: Sessions, raise: (event: LoginEvent) => void): Hono
  close(): Promise<void>
}

export interface ServerAccountsOptions {
  config: Config
  store: Store
  publicUrl: string
  log: Log
  metrics: Pick<Metrics, 'accounts'>
  /** The connectors there are, and so people whom only this server knows. */
  providers: readonly Offered[]
}

/** Throws `ConfigError` for a database that cannot be opened, or that has to be named and is not. */
export async function openServerAccounts(options: ServerAccountsOptions): Promise<ServerAccounts | undefined> {
  const { config, store, publicUrl, log } = options
  const isPeopled = options.providers.length > 0 || config.SCANLOGIN_WECHAT_MINI_APP_ID !== undefined
  const address = config.SCANLOGIN_DATABASE ?? (isPeopled ? usualAddress(config) : undefined)
  if (address === undefined) return undefined
  const metrics = options.metrics.accounts()
  const database = await openAccounts(address, {
    log,
    ...(metrics && { onSlow: metrics.onSlow, onConflict: metrics.onConflict }),
  })
  const accounts = levelsOver(database, { config, store, log })
  metrics?.watch(accounts)
  const secure = publicUrl.startsWith('https:')
  const pending = pendingIdentities({ store, secure })
  return {
    accounts,
    pending,
    identify: createIdentify({ accounts, firstSight: config.SCANLOGIN_FIRST_SIGHT, pending, publicUrl }),
    available: accountAvailable(accounts),
    routes(sessions, raise) {
      const signedIn = signedInBy({ sessions, secure })
      return bindingRoutes({
        accounts,
        pending,
        signedIn,
        sessions,
        providers: options.providers,
        publicUrl,
        log,
        raise,
      })
    },
    close: accounts.close,
  }
}

/** The accounts behind copies, and behind entries in the store where several nodes share one. */
export function levelsOver(
  accounts: Parameters<typeof levelledAccounts>[0]['accounts'],
  { config, store, log }: Pick<ServerAccountsOptions, 'config' | 'store' | 'log'>,
): LevelledAccounts {
  return levelledAccounts({
    accounts,
    ...(config.SCANLOGIN_STORE !== 'memory:' && { shared: store }),
    onUntold: () => log.warn('other nodes could not be told of a change to an account: they see it within 35 s'),
  })
}

/** In the working directory. */
export const usualFile = 'scanlogin-accounts.db'

/** One machine has one file; what several machines share has to be said, or each would know other people. */
function usualAddress(config: Config): string {
  if (config.SCANLOGIN_STORE === 'memory:') return `file:${usualFile}`
  throw new ConfigError([
    'SCANLOGIN_DATABASE: servers that share a store have to share their accounts, and where these are is not said. ' +
      'Write postgres://user:password@host:5432/name, or for one machine file:/var/lib/scanlogin/accounts.db.',
  ])
}
