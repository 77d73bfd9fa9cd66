/** Who may look at the console and act there: whoever has shown the key, and the people that the configuration names. */
import { LoginError, type Store } from 'scanlogin'
import type { Sessions } from 'scanlogin/session'
import { signedInBy } from '../../accounts/binding/signed-in.ts'
import type { Config } from '../../config.ts'
import { holdsKey } from '../../webhooks/api-key.ts'
import { createEntries } from './entries.ts'
import { createTries } from './tries.ts'

/** As the log names them. */
export type Admin = { readonly by: 'key' } | { readonly by: 'session'; readonly user: string }

export interface Access {
  /** Throws `unauthenticated` where nobody is signed in, and `forbidden` where it is somebody else. */
  admin(cookies: string | undefined): Promise<Admin>
  /** Gives a `Set-Cookie` header, or throws `unauthenticated`, or `rate_limited` after too many tries. */
  enter(key: string, address: string | undefined): Promise<string>
  /** Gives a `Set-Cookie` header that takes the cookie back. */
  leave(cookies: string | undefined): Promise<string | undefined>
}

export interface AccessOptions {
  config: Config
  store: Store
  sessions: Pick<Sessions, 'read'>
  /** The site is on https. */
  secure: boolean
}

/** Failed tries that one address has in a minute. */
const mostTries = 10

export function createAccess({ config, store, sessions, secure }: AccessOptions): Access {
  const { SCANLOGIN_CONSOLE_KEY: key, SCANLOGIN_ADMINS: admins = [] } = config
  const entries = key === undefined ? undefined : createEntries({ store, key, secure })
  const signedIn = signedInBy({ sessions, secure })
  const tries = createTries(mostTries)

  return {
    async admin(cookies) {
      if (await entries?.holds(cookies)) return { by: 'key' }
      const person = await signedIn(cookies)
      if (!person) throw new LoginError('unauthenticated')
      if (!admins.includes(person.user.id)) throw new LoginError('forbidden', { detail: 'No administrator.' })
      return { by: 'session', user: person.user.id }
    },
    async enter(given, address) {
      const at = Date.now()
      const retryAfter = tries.wait(address, at)
      if (retryAfter > 0) throw new LoginError('rate_limited', { retryAfter })
      if (entries && key !== undefined && holdsKey([key], given)) return entries.open()
      tries.failed(address, at)
      throw new LoginError('unauthenticated', { detail: 'That is not the key.' })
    },
    leave: async cookies => entries?.end(cookies),
  }
}
