/** What the page of the console calls. Whoever changes something has to be that page, and an administrator. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { LoginError } from 'scanlogin'
import type { Sessions } from 'scanlogin/session'
import { problem } from '../answers/problem.ts'
import { peerOf } from '../connectors/peer.ts'
import type { Log } from '../log.ts'
import type { Access } from './access/access.ts'
import type { Broadcast } from './fleet/broadcast.ts'
import type { Halt } from './fleet/halt.ts'
import type { Snapshot } from './fleet/snapshot.ts'

export interface ConsoleRoutes {
  access: Access
  broadcast: Broadcast
  halt: Halt
  sessions: Pick<Sessions, 'endSome'>
  tickets: Hono
  look: () => Promise<Snapshot>
  /** The page itself. */
  page: string
  publicUrl: string
  addressOf: (caller: { peer: string | undefined; header: (name: string) => string | undefined }) => string | undefined
  log: Log
}

export function consoleRoutes(options: ConsoleRoutes): Hono {
  const { access, broadcast, tickets, look, page, publicUrl, addressOf, log } = options
  const admin = ({ req }: Context) => access.admin(req.header('cookie'))
  const app = new Hono()
  app.onError((error, context) => {
    if (error instanceof LoginError) return problem(error)
    log.error({ err: error }, 'a call of the console failed')
    return context.json({ code: 'internal_error', title: 'Something went wrong here', status: 500 }, 500)
  })
  // Only where there may be a body: the Node server has none to look at elsewhere.
  app.post('*', bodyLimit({ maxSize: 8192, onError: () => problem(new LoginError('payload_too_large')) }))
  app.use(async ({ req }, next) => {
    // A cookie comes along by itself.
    const ours = req.header('sec-fetch-site') === 'same-origin' || req.header('origin') === publicUrl
    if (req.method !== 'GET' && !ours) throw new LoginError('forbidden', { detail: 'Only this site’s pages may ask.' })
    await next()
  })
  app.get('/', context => context.html(page))
  app.post('/entry', async context => {
    const address = addressOf({ peer: peerOf(context), header: name => context.req.header(name) })
    const key = await textIn(context, 'key')
    try {
      context.header('set-cookie', await access.enter(key, address))
    } catch (error) {
      if (error instanceof LoginError) log.warn({ address, code: error.code }, 'somebody was not let into the console')
      throw error
    }
    log.info({ address }, 'somebody has opened the console by its key')
    return context.body(null, 204)
  })
  app.delete('/entry', async context => {
    const cookie = await access.leave(context.req.header('cookie'))
    if (cookie !== undefined) context.header('set-cookie', cookie)
    return context.body(null, 204)
  })
  app.get('/figures', async context => {
    const { by } = await admin(context)
    return context.json({ by, ...(await look()) })
  })
  app.get('/events', async context => {
    await admin(context)
    const allowed = () => admin(context).then(yes, refusedOnly)
    const stream = await broadcast.open(allowed)
    return context.body(stream, 200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
  })
  app.route('/', actions(options))
  app.route('/tickets', tickets)
  return app
}

/** What an administrator does to others, and what the log says of it. */
function actions({ access, halt, sessions, log }: ConsoleRoutes): Hono {
  const admin = ({ req }: Context) => access.admin(req.header('cookie'))
  const app = new Hono()
  app.post('/halt', async context => {
    const by = await admin(context)
    const reason = (await textIn(context, 'reason')).trim()
    if (reason === '' || reason.length > 200) throw new LoginError('invalid_request')
    await halt.set(reason)
    log.warn({ admin: by, reason }, 'an administrator has stopped new sign-ins')
    return context.body(null, 204)
  })
  app.delete('/halt', async context => {
    const by = await admin(context)
    await halt.set(undefined)
    log.warn({ admin: by }, 'an administrator lets sign-ins begin again')
    return context.body(null, 204)
  })
  app.post('/sign-outs', async context => {
    const by = await admin(context)
    const user = (await textIn(context, 'user')).trim()
    if (user === '') throw new LoginError('invalid_request')
    const ended = (await sessions.endSome(user, { allBut: undefined }, 'operator')).length
    log.warn({ admin: by, user, ended }, 'an administrator has ended the sessions of a user')
    return context.json({ ended })
  })
  return app
}

/** The text under a name of the JSON that was sent. Throws `invalid_request`. */
async function textIn({ req }: Context, name: string): Promise<string> {
  const body: unknown = await req.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null || !(name in body)) throw new LoginError('invalid_request')
  // An object that has this name can be read by it; what is found is looked at.
  const text = (body as Readonly<Record<string, unknown>>)[name]
  if (typeof text !== 'string' || text.length > 4096) throw new LoginError('invalid_request')
  return text
}

const yes = () => true

/** Only a refusal says that somebody may not look; all else is an outage. */
function refusedOnly(error: unknown): boolean {
  if (error instanceof LoginError && (error.code === 'unauthenticated' || error.code === 'forbidden')) return false
  throw error
}
