/**
 * What the account page and the page that asks about a new identity call. A way in that is added or taken away outlives
 * the session that did it, so both want a person who has signed in just now. What an identity has opened ends with it.
 */
import { type Context, Hono } from 'hono'
import { LoginError, type LoginEvent, systemClock } from 'scanlogin'
import type { Session, Sessions } from 'scanlogin/session'
import { problem } from '../../answers/problem.ts'
import type { Log } from '../../log.ts'
import { type Account, digestOf, type Identity } from '../account.ts'
import { accountPath } from '../identify.ts'
import type { AccountStore } from '../store.ts'
import { takenBackSession } from './cookies.ts'
import type { Pending, PendingIdentities } from './pending.ts'
import type { SignedIn } from './signed-in.ts'

export interface BindingOptions {
  accounts: Pick<AccountStore, 'account' | 'identitiesOf' | 'meet' | 'release'>
  pending: PendingIdentities
  /** Whose session the cookies carry. */
  signedIn: (cookies: string | undefined) => Promise<SignedIn | undefined>
  sessions: Pick<Sessions, 'list' | 'endSome'>
  providers: readonly Offered[]
  publicUrl: string
  log: Log
  /** Hears of an identity that was removed. */
  raise: (event: LoginEvent) => void
  clock?: { now(): number }
}

/** A provider by which people come. */
export interface Offered {
  readonly provider: string
  /** `website`: from any browser. */
  readonly ways: readonly string[]
  /** The path that begins it. */
  readonly start: string
}

export function bindingRoutes(options: BindingOptions): Hono {
  const { pending, publicUrl, log, clock = systemClock } = options
  const providers = startsOf(options)
  const recent = ({ at }: SignedIn) => clock.now() - at < freshness

  async function personOn({ req }: Context): Promise<SignedIn> {
    const person = await options.signedIn(req.header('cookie'))
    if (!person) throw new LoginError('unauthenticated')
    return person
  }

  async function freshPersonOn(context: Context): Promise<SignedIn> {
    const person = await personOn(context)
    if (!recent(person)) throw new LoginError('unauthenticated', { detail: 'Sign in once more for this.' })
    return person
  }

  async function waitingOn({ req }: Context): Promise<Pending> {
    const waiting = await pending.find(req.header('cookie'))
    if (!waiting) throw new LoginError('not_found', { detail: 'Nothing waits to be added in this browser.' })
    return waiting
  }

  const app = new Hono()
  app.onError((error, context) => {
    if (error instanceof LoginError) return problem(error)
    log.error({ err: error }, 'a call of the account page failed')
    return context.json({ code: 'internal_error', title: 'Something went wrong here', status: 500 }, 500)
  })
  app.use(async ({ req }, next) => {
    // A cookie comes along by itself: whoever changes something has to be a page of this site.
    const ours = req.header('sec-fetch-site') === 'same-origin' || req.header('origin') === publicUrl
    if (req.method !== 'GET' && !ours) throw new LoginError('forbidden', { detail: 'Only this site’s pages may ask.' })
    await next()
  })
  app.get('/identities', async context => {
    const person = await personOn(context)
    const identities = await options.accounts.identitiesOf(person.user.id)
    const sessions = await options.sessions.list(person.user.id)
    const shown = identities.map(identity => ({
      ...toListed(identity, clock.now()),
      ...toOpened(sessions, digestOf(identity), person),
    }))
    return context.json({ user: nameOf(person), recent: recent(person), identities: shown, providers })
  })
  app.delete('/identities/:id', async context => {
    const { user, sessionId } = await freshPersonOn(context)
    const ended = await release(options, user.id, context.req.param('id'))
    if (ended.some(({ id }) => id === sessionId)) {
      const cookies = takenBackSession(publicUrl.startsWith('https:'))
      for (const cookie of cookies) context.header('set-cookie', cookie, { append: true })
    }
    return context.body(null, 204)
  })
  app.get('/waiting', async context => {
    const waiting = await waitingOn(context)
    const person = await options.signedIn(context.req.header('cookie'))
    return context.json({
      ...toWaiting(waiting),
      user: person ? nameOf(person) : null,
      recent: !!person && recent(person),
    })
  })
  app.post('/waiting', async context => {
    const { user } = await freshPersonOn(context)
    const waiting = await waitingOn(context)
    await bind(options, waiting, user.id)
    return context.json({ provider: waiting.identity.provider, return_to: waiting.returnTo ?? null })
  })
  app.delete('/waiting', async context => {
    context.header('set-cookie', await pending.drop(context.req.header('cookie')))
    return context.body(null, 204)
  })
  return app
}

/** Where an identity can be added from: whoever begins with this return address is asked first, see `identify.ts`. */
function startsOf({ providers, publicUrl }: BindingOptions) {
  const returnTo = encodeURIComponent(publicUrl + accountPath)
  return providers
    .filter(({ ways }) => ways.includes('website'))
    .map(({ provider, start }) => ({ provider, start: `${start}?return_to=${returnTo}` }))
}

/** ms. */
const freshness = 600_000

/** Throws `account_unavailable` for a locked account, and `wrong_state` for what belongs to somebody else. */
async function bind({ accounts, pending, log }: BindingOptions, waiting: Pending, accountId: string): Promise<void> {
  // First: whoever signs in here afterwards finds it taken, also where the answer to this call got lost.
  if (!(await pending.settle(waiting, accountId))) throw new LoginError('not_found')
  const { provider } = waiting.identity
  const meeting = await accounts.meet(waiting.identity, { rule: 'bind', accountId })
  if (meeting.outcome === 'bound') log.info({ account: accountId, provider }, 'an identity was added to an account')
  if (meeting.outcome !== 'refused') return
  if (meeting.reason === 'locked') throw new LoginError('account_unavailable')
  throw new LoginError('wrong_state', { detail: 'This identity belongs to another account.' })
}

/**
 * Gives the sessions that have ended with it. Throws `wrong_state` for the last identity. One that is not there any more is
 * gone as it should be, and its sessions end all the same: the call before may have come no further.
 */
async function release(options: BindingOptions, accountId: string, id: string): Promise<readonly Session[]> {
  const { accounts, sessions, raise, clock = systemClock } = options
  if (!isActive(await accounts.account(accountId))) throw new LoginError('account_unavailable')
  const identity = (await accounts.identitiesOf(accountId)).find(each => digestOf(each) === id)
  if (!identity && !/^[\w-]{43}$/.test(id)) return []
  const outcome = identity && (await accounts.release(accountId, identity))
  if (outcome === 'last') throw new LoginError('wrong_state', { detail: 'This is the only way into the account.' })
  // Only now: whoever arrives by it from here on is not let in, and whoever was on the way is turned back.
  const ended = await sessions.endSome(accountId, { openedBy: id }, 'identity_removed')
  if (!identity && ended.length === 0) return ended
  const { provider } = identity ?? ended[0]?.details.openedBy ?? {}
  raise({
    type: 'identity_removed',
    at: clock.now(),
    user: accountId,
    ...(provider !== undefined && { provider }),
    count: ended.length,
  })
  return ended
}

/** What goes with it, to be said before it is removed. */
function toOpened(sessions: readonly Session[], id: string, { sessionId }: SignedIn) {
  const opened = sessions.filter(({ details: { openedBy, approvedBy } }) =>
    [openedBy?.idHash, approvedBy?.signedInBy?.idHash].includes(id),
  )
  return { sessions: opened.length, current: opened.some(session => session.id === sessionId) }
}

function isActive(account: Account | undefined): boolean {
  return account?.status === 'active'
}

function toListed(identity: Identity, now: number) {
  const { provider, appId, firstSeen, lastSeen } = identity
  const ago = (time: number) => Math.max(0, Math.floor((now - time) / 1000))
  return { id: digestOf(identity), provider, app: appId, added_ago: ago(firstSeen), seen_ago: ago(lastSeen) }
}

function toWaiting({ identity, returnTo, settledFor }: Pending) {
  const { provider, name } = identity
  return {
    provider,
    name: name ?? null,
    settled: settledFor !== undefined,
    return_to: returnTo ?? null,
  }
}

function nameOf({ user }: SignedIn): { name: string } {
  return { name: user.name ?? user.id }
}
