/** The identity that waits in this browser, and what becomes of it. */
import { call } from '../account/calls.ts'
import { at, text } from '../account/fields.ts'

export interface Waiting {
  readonly provider: string
  /** As the provider calls the person; empty where it does not say. */
  readonly name: string
  /** Who is signed in, if they have signed in just now. */
  readonly user: string | undefined
}

export async function readWaiting(): Promise<Waiting | 'nothing' | 'trouble'> {
  const reply = await call('GET', '/account/waiting')
  if (reply?.status === 404) return 'nothing'
  if (!reply?.ok) return 'trouble'
  const answer: unknown = await reply.json()
  const user = at(answer, 'recent') === true ? text(at(answer, 'user', 'name')) : ''
  return { provider: text(at(answer, 'provider')), name: text(at(answer, 'name')), user: user || undefined }
}

export type Outcome = { readonly added: true; readonly returnTo: string | undefined } | Obstacle

/** `again`: the sign-in was too long ago. */
export type Obstacle = 'again' | 'nothing' | 'taken' | 'locked' | 'trouble'

export async function addWaiting(): Promise<Outcome> {
  const reply = await call('POST', '/account/waiting')
  if (!reply?.ok) return obstacles.get(reply?.status ?? 0) ?? 'trouble'
  return { added: true, returnTo: addressIn(text(at(await reply.json(), 'return_to'))) }
}

export async function forgetWaiting(): Promise<void> {
  await call('DELETE', '/account/waiting')
}

const obstacles = new Map<number, Obstacle>([
  [401, 'again'],
  [403, 'locked'],
  [404, 'nothing'],
  [409, 'taken'],
])

/** The server has checked it; an address that runs is none. */
function addressIn(given: string): string | undefined {
  return URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? given : undefined
}
