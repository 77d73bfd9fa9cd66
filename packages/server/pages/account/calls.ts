/** A person's identities, asked of the server and changed there. Nothing that comes is trusted to be what it should. */
import { at, count, list, seconds, text } from './fields.ts'

export interface ListedIdentity {
  readonly id: string
  readonly provider: string
  /** The provider's name for the app, which tells two identities of one provider apart. */
  readonly app: string
  /** Seconds. */
  readonly addedAgo: number
  readonly seenAgo: number
  /** Those that end with it, in browsers and on phones. */
  readonly sessions: number
  /** The one of this page is among them. */
  readonly opensThis: boolean
}

export interface Listing {
  readonly user: string
  /** The person has signed in just now, and may change something. */
  readonly recent: boolean
  readonly identities: readonly ListedIdentity[]
  /** Providers by which one more can be added. */
  readonly providers: readonly { readonly provider: string; readonly start: string }[]
}

export async function listIdentities(): Promise<Listing | 'nobody' | 'trouble'> {
  const reply = await call('GET', '/account/identities')
  if (reply?.status === 401) return 'nobody'
  if (!reply?.ok) return 'trouble'
  const answer: unknown = await reply.json()
  return {
    user: text(at(answer, 'user', 'name')),
    recent: at(answer, 'recent') === true,
    identities: list(at(answer, 'identities')).map(one => ({
      id: text(at(one, 'id')),
      provider: text(at(one, 'provider')),
      app: text(at(one, 'app')),
      addedAgo: seconds(at(one, 'added_ago')),
      seenAgo: seconds(at(one, 'seen_ago')),
      sessions: count(at(one, 'sessions')),
      opensThis: at(one, 'current') === true,
    })),
    providers: list(at(answer, 'providers')).map(one => ({
      provider: text(at(one, 'provider')),
      start: text(at(one, 'start')),
    })),
  }
}

/** `last`: it is the only way into the account. `again`: the sign-in was too long ago. */
export async function removeIdentity({ id }: ListedIdentity): Promise<'removed' | 'last' | 'again' | 'trouble'> {
  const reply = await call('DELETE', `/account/identities/${id}`)
  if (reply?.status === 401) return 'again'
  if (reply?.status === 409) return 'last'
  return reply?.ok ? 'removed' : 'trouble'
}

/** `undefined` where nobody has answered. */
export async function call(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<Response | undefined> {
  try {
    return await fetch(path, { method, cache: 'no-store' })
  } catch {
    return undefined
  }
}
