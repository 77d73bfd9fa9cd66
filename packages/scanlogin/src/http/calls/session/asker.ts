/** Whom a call about sessions or known browsers is about: the browser's that is signed in, the phone's, or those of whom the app's back end names. */
import { LoginError } from '../../../core/errors.ts'
import type { EndedBy, Session } from '../../../sessions/session.ts'
import { bearerToken } from '../../api-keys.ts'
import { invalid } from '../../body.ts'
import type { Call } from '../../call.ts'
import type { Credential } from '../../origin.ts'
import type { Site } from '../../site.ts'
import { sessionOn, tokensOn } from './cookies.ts'

export interface Asker {
  readonly userId: string
  /** As what they ask. */
  readonly by: Extract<EndedBy, 'other_session' | 'phone' | 'app'>
  /** The browser's session that asks; absent where a phone or a back end does. */
  readonly session?: Session
  /** Its id, or that of the phone's, where the phone is signed in by one that is listed. */
  readonly sessionId?: string
}

/** Throws `unauthenticated`, and `forbidden` where a foreign page asks for a change. */
export async function askerOf(site: Site, call: Call): Promise<Asker> {
  const named = new URLSearchParams(call.query).get('user')
  if (await site.apiKeys.accept(call)) return { userId: checkedId(named), by: 'app' }
  if (call.method !== 'GET') site.origins.check(call, credentialOf(call))
  if (named !== null) throw invalid('"user" is for calls with an API key.')
  // What was opened for another site is none here, and no key to the person's other sessions.
  const session = await sessionOn(site, tokensOn(site, call).tokens)
  if (session) return { userId: session.user.id, by: 'other_session', session, sessionId: session.id }
  const user = await site.authenticate(call.request)
  if (!user) throw new LoginError('unauthenticated')
  const { id, sessionId } = user
  return { userId: id, by: 'phone', ...(sessionId !== undefined && { sessionId }) }
}

function checkedId(id: string | null): string {
  if (id === null || !/^\P{C}{1,255}$/u.test(id)) throw invalid('"user" has to be an id of 1 to 255 characters.')
  return id
}

function credentialOf(call: Call): Credential {
  if (bearerToken(call) !== undefined) return 'explicit'
  return call.header('cookie') === undefined ? 'none' : 'ambient'
}
