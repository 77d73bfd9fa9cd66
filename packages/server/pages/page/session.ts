/** Who is signed in in this browser, asked of the server and ended there. */
import { renewSession } from 'scanlogin/client'
import { meta } from './meta.ts'

export interface SignedInUser {
  id: string
  name?: string
}

/** `undefined` if nobody is, or the server cannot say: the page then offers to sign in. */
export async function readSession(): Promise<SignedInUser | undefined> {
  // The server has seen this page's cookies: without a session among them the answer would be a 401 in the console.
  if (meta('session') === 'none') return undefined
  try {
    const reply = await renewing(() => fetch('/v1/session', { cache: 'no-store' }))
    return reply.ok ? userIn(await reply.json()) : undefined
  } catch {
    return undefined
  }
}

/** Asks again where nobody seemed to be signed in, and renewing has shown that somebody is. */
export async function renewing(ask: () => Promise<Response>): Promise<Response> {
  const reply = await ask()
  if (reply.status !== 401 || !wasSignedIn()) return reply
  return (await renewSession()).state === 'renewed' ? ask() : reply
}

/** By what the element keeps once somebody has signed in here: strangers cost the server no second call. */
function wasSignedIn(): boolean {
  try {
    return localStorage.getItem('scanlogin-last-account') !== null
  } catch {
    return false
  }
}

/** `false` if it could not be ended. */
export async function endSession(): Promise<boolean> {
  try {
    const reply = await fetch('/v1/session', { method: 'DELETE' })
    return reply.ok || reply.status === 401
  } catch {
    return false
  }
}

function userIn(answer: unknown): SignedInUser | undefined {
  if (typeof answer !== 'object' || answer === null || !('user' in answer)) return undefined
  const { user } = answer
  if (typeof user !== 'object' || user === null || !('id' in user) || typeof user.id !== 'string') return undefined
  return { id: user.id, ...('name' in user && typeof user.name === 'string' && { name: user.name }) }
}
