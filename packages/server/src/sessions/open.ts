/** The sessions that the configuration asks for. */
import type { LoginEvent, Store } from 'scanlogin'
import { jwtSessions, type Sessions, storedSessions } from 'scanlogin/session'
import { type Config, ConfigError } from '../config.ts'
import type { Log } from '../log.ts'
import { tellOfSessions } from './tell.ts'

export interface SessionSetting {
  config: Config
  store: Store
  /** Who signs. */
  publicUrl: string
  log: Log
  /** Hears of what somebody should look at. */
  raise: (event: LoginEvent) => void
}

/** Throws `ConfigError` for signing keys that cannot be used. */
export async function openSessions({ config, store, publicUrl, log, raise }: SessionSetting): Promise<Sessions> {
  const common = {
    store,
    onEvent: tellOfSessions(raise),
    ttl: config.SCANLOGIN_SESSION_TTL,
    idle: config.SCANLOGIN_SESSION_IDLE,
    shortTtl: config.SCANLOGIN_SESSION_SHORT_TTL,
  }
  if (config.SCANLOGIN_SESSIONS === 'stored') return storedSessions(common)
  const keys = config.SCANLOGIN_SIGNING_KEYS
  const sessions = jwtSessions({
    ...common,
    issuer: publicUrl,
    audience: config.SCANLOGIN_SESSION_AUDIENCE ?? publicUrl,
    ...(keys && { keys }),
    boundRenewal: config.SCANLOGIN_BOUND_RENEWAL,
    onReuse: ({ session, at }) => raise({ type: 'refresh_reuse', at, user: session.user.id }),
  })
  if (keys) await usable(sessions.publicKeys())
  else if (config.SCANLOGIN_STORE === 'memory:') log.warn(fleeting)
  return sessions
}

const fleeting =
  'the keys that sign sessions end with this process, and back ends that keep them refuse the next ones for a while: ' +
  'set SCANLOGIN_SIGNING_KEYS, or a SCANLOGIN_STORE that lasts'

async function usable(keys: Promise<unknown>): Promise<void> {
  try {
    await keys
  } catch {
    // What is wrong with a private key is not for a log.
    throw new ConfigError(['SCANLOGIN_SIGNING_KEYS: a key cannot be used; make a new one with "scanlogin keys".'])
  }
}
