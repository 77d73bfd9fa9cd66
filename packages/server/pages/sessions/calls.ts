/** A person's sessions and known browsers, asked of the server and ended there. Nothing that comes is trusted to be what it should. */
import { renewing } from '../page/session.ts'

export interface ListedSession {
  readonly id: string
  readonly current: boolean
  /** Seconds. */
  readonly openedAgo: number
  readonly seenAgo: number
  readonly expiresIn: number
  readonly browser: string | undefined
  readonly os: string | undefined
  readonly ip: string | undefined
  readonly place: string | undefined
  /** The phone, by the name that its app gave it. */
  readonly phone: string | undefined
  readonly phoneBrowser: string | undefined
  readonly phoneOs: string | undefined
  /** Another site that it is for. */
  readonly site: string | undefined
  /** Who has told who the person is, where that was no code of ours. */
  readonly provider: string | undefined
  /** A phone's, which confirms sign-ins. */
  readonly onPhone: boolean
}

export type Listing = readonly ListedSession[] | 'nobody' | 'trouble'

export async function listSessions(): Promise<Listing> {
  try {
    const reply = await renewing(() => fetch('/v1/sessions', { cache: 'no-store' }))
    if (reply.status === 401) return 'nobody'
    return reply.ok ? sessionsIn(await reply.json()) : 'trouble'
  } catch {
    return 'trouble'
  }
}

export interface KnownBrowser {
  readonly id: string
  readonly current: boolean
  /** Seconds. */
  readonly firstAgo: number
  readonly lastAgo: number
  readonly browser: string | undefined
  readonly os: string | undefined
}

/** None where nobody is signed in, the site keeps none, or they cannot be told at the moment. */
export async function listBrowsers(): Promise<readonly KnownBrowser[]> {
  try {
    const reply = await fetch('/v1/browsers', { cache: 'no-store' })
    const browsers = reply.ok ? at(await reply.json(), 'browsers') : undefined
    return Array.isArray(browsers) ? browsers.map(browserIn) : []
  } catch {
    return []
  }
}

/** `false` if it could not be forgotten. */
export async function forget({ id }: KnownBrowser): Promise<boolean> {
  return remove(`/v1/browsers/${id}`)
}

/** `false` if it could not be ended. */
export async function endListed(session: ListedSession): Promise<boolean> {
  // Signing out here takes the cookie back as well.
  return remove(session.current && !session.onPhone ? '/v1/session' : `/v1/sessions/${session.id}`)
}

export async function endOthers(): Promise<boolean> {
  return remove('/v1/sessions')
}

async function remove(path: string): Promise<boolean> {
  try {
    const reply = await fetch(path, { method: 'DELETE' })
    return reply.ok || reply.status === 401
  } catch {
    return false
  }
}

function sessionsIn(answer: unknown): readonly ListedSession[] | 'trouble' {
  const sessions = at(answer, 'sessions')
  return Array.isArray(sessions) ? sessions.map(sessionIn) : 'trouble'
}

function sessionIn(one: unknown): ListedSession {
  return {
    id: text(at(one, 'id')) ?? '',
    current: at(one, 'current') === true,
    openedAgo: seconds(at(one, 'opened_ago')),
    seenAgo: seconds(at(one, 'seen_ago')),
    expiresIn: seconds(at(one, 'expires_in')),
    browser: known(at(one, 'claimed', 'browser')),
    os: known(at(one, 'claimed', 'os')),
    ip: text(at(one, 'observed', 'ip')),
    place: text(at(one, 'observed', 'place')),
    phone: text(at(one, 'approved_by', 'name')),
    phoneBrowser: known(at(one, 'approved_by', 'claimed', 'browser')),
    phoneOs: known(at(one, 'approved_by', 'claimed', 'os')),
    site: text(at(one, 'client', 'name')),
    provider: text(at(one, 'opened_by', 'provider')),
    onPhone: at(one, 'holder') === 'phone',
  }
}

function browserIn(one: unknown): KnownBrowser {
  return {
    id: text(at(one, 'id')) ?? '',
    current: at(one, 'current') === true,
    firstAgo: seconds(at(one, 'first_used_ago')),
    lastAgo: seconds(at(one, 'last_used_ago')),
    browser: known(at(one, 'claimed', 'browser')),
    os: known(at(one, 'claimed', 'os')),
  }
}

function at(value: unknown, ...names: string[]): unknown {
  let found = value
  for (const name of names) {
    if (typeof found !== 'object' || found === null || !(name in found)) return undefined
    // An object that has this name can be read by it; what is found stays unknown.
    found = (found as Record<string, unknown>)[name]
  }
  return found
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function known(value: unknown): string | undefined {
  return value === 'unknown' ? undefined : text(value)
}

function seconds(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : 0
}
