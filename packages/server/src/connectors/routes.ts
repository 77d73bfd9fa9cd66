/**
 * The addresses of the connectors: where a browser begins, where a provider sends it back to, and what then becomes of the
 * identity. All of them are plain pages for people: whatever goes wrong is said in words, with a way on.
 */
import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { LoginError, type User } from 'scanlogin'
import type { Handler } from 'scanlogin/http'
import type { Arrived, Asking, Connector, Shown, StartRequest, Way } from 'scanlogin/wechat'
import { digestOf } from '../accounts/account.ts'
import type { ServerAccounts } from '../accounts/setup.ts'
import type { Log } from '../log.ts'
import { phonePath } from './open.ts'
import { peerOf } from './peer.ts'
import type { PhoneSessions } from './phone-sessions.ts'
import { questionPath } from './scene/paths.ts'
import type { DrawTrouble, Trouble } from './trouble.ts'

export interface ConnectorRoutesOptions {
  connectors: ReadonlyMap<string, Connector>
  accounts: Pick<ServerAccounts, 'identify' | 'accounts'>
  phones: PhoneSessions
  signIn: Handler['signIn']
  publicUrl: string
  draw: DrawTrouble
  log: Log
}

export function connectorRoutes(options: ConnectorRoutesOptions): Hono {
  const { connectors, publicUrl, draw, log } = options
  const secure = publicUrl.startsWith('https:')

  function connectorOn({ req }: Context): Connector {
    const connector = connectors.get(req.param('provider') ?? '')
    if (!connector) throw new LoginError('not_found')
    return connector
  }

  async function begin(context: Context, connector: Connector, request: StartRequest): Promise<Response> {
    const { address, cookie } = await connector.start(request)
    setCookie(context, cookie.name, cookie.value, { ...cookieFlags(secure), maxAge: cookie.maxAge })
    return context.redirect(address, 303)
  }

  const app = new Hono()
  app.onError((error, context) => {
    const code = error instanceof LoginError ? error.code : 'internal_error'
    if (code === 'internal_error' || code === 'store_unavailable') log.error({ err: error }, 'a connector failed')
    return draw(context, { code: known(code), provider: context.req.param('provider') })
  })
  app.get('/:provider/start', context => begin(context, connectorOn(context), startRequest(context)))
  app.get('/:provider', async context => {
    const connector = connectorOn(context)
    const query = new URL(context.req.url).searchParams
    const cookie = (name: string) => getCookie(context, name, secure ? 'host' : undefined)
    const arrival = await connector.callback(query, { cookie })
    const { way, returnTo } = arrival
    const place = { provider: connector.provider, way, returnTo }
    if (arrival.outcome === 'refused') {
      return draw(context, { ...place, code: arrival.code, reference: arrival.reference })
    }
    if (await isStranger(options, arrival)) {
      return begin(context, connector, {
        way: arrival.way,
        ask: 'profile',
        ...(returnTo !== undefined && { returnTo }),
      })
    }
    const identified = await options.accounts.identify(arrival.identity, { returnTo, token: arrival.token })
    switch (identified.outcome) {
      case 'user':
        return letIn(options, context, { arrival, user: identified.user })
      case 'bind':
        context.header('set-cookie', identified.cookie, { append: true })
        return context.redirect(identified.location, 303)
      case 'refused':
        return draw(context, {
          ...place,
          code: identified.reason === 'locked' ? 'account_unavailable' : 'unknown_person',
        })
    }
  })
  return app
}

/**
 * A person whom nobody here has seen is asked for their name, and for the unionid that may show who they are; unless the
 * provider, which has no silent way, has told all of that already.
 */
async function isStranger({ accounts }: ConnectorRoutesOptions, { ask, identity }: Arrived): Promise<boolean> {
  if (ask === 'profile' || identity.name !== undefined) return false
  return (await accounts.accounts.identity(identity)) === undefined
}

async function letIn(
  options: ConnectorRoutesOptions,
  context: Context,
  { arrival, user }: { arrival: Arrived; user: User },
): Promise<Response> {
  const { way, returnTo, token, identity } = arrival
  if (isForPhone(options, arrival)) {
    const caller = { peer: peerOf(context), header: (name: string) => context.req.header(name) }
    context.header('set-cookie', await options.phones.open({ user, identity, token }, caller), { append: true })
    const isAsked = returnTo === options.publicUrl + questionPath
    return context.redirect(isAsked ? questionPath : phonePath, 303)
  }
  // RFC 8176 has no name for "another service says so"; a second channel, the phone, has said yes.
  const openedBy = { provider: identity.provider, idHash: digestOf(identity) }
  const arriving = { user, token, amr: ['mca'], openedBy, peer: peerOf(context) }
  const reply = await options.signIn(context.req.raw, arriving)
  if (!reply.ok)
    return options.draw(context, { provider: identity.provider, way, returnTo, ...(await refusalIn(reply)) })
  for (const cookie of reply.headers.getSetCookie()) context.header('set-cookie', cookie, { append: true })
  return context.redirect(returnTo ?? '/', 303)
}

/** Whoever comes from the phone's page goes back there, signed in on the phone and nowhere else. */
function isForPhone(
  { publicUrl }: ConnectorRoutesOptions,
  { way, returnTo }: Pick<Arrived, 'way' | 'returnTo'>,
): boolean {
  return way === 'inside' || returnTo === publicUrl + phonePath
}

function startRequest({ req }: Context): StartRequest {
  const { way = 'website', shown = 'window', lang, return_to: returnTo } = req.query()
  // Inside its own browser a provider may tell the id without asking anybody.
  const { ask = way === 'inside' ? 'id' : 'profile' } = req.query()
  if (!isWay(way) || !isShown(shown) || !isAsking(ask)) throw new LoginError('invalid_request')
  return {
    way,
    shown,
    ask,
    ...(lang !== undefined && { language: lang.startsWith('zh') ? 'zh' : 'en' }),
    ...(returnTo !== undefined && { returnTo }),
  }
}

function isWay(text: string): text is Way {
  return text === 'website' || text === 'inside'
}

function isAsking(text: string): text is Asking {
  return text === 'id' || text === 'profile'
}

function isShown(text: string): text is Shown {
  return text === 'window' || text === 'frame'
}

function cookieFlags(secure: boolean) {
  const flags = { path: '/', httpOnly: true, sameSite: 'Lax' } as const
  return secure ? ({ ...flags, secure, prefix: 'host' } as const) : flags
}

async function refusalIn(reply: Response): Promise<Pick<Trouble, 'code' | 'reasons' | 'retryAfter'>> {
  const answer: unknown = await reply.json().catch(() => undefined)
  const told: { code?: unknown; reasons?: unknown } = typeof answer === 'object' && answer !== null ? answer : {}
  const reasons = Array.isArray(told.reasons) ? told.reasons.map(String) : []
  const code = known(typeof told.code === 'string' ? told.code : '')
  return { code, reasons, retryAfter: reply.headers.get('retry-after') ?? undefined }
}

function known(code: string): Trouble['code'] {
  // The session that this callback has opened was ended meanwhile: whoever goes back to it is not signed in again.
  if (code === 'already_redeemed') return 'state_used'
  return code === 'account_unavailable' ||
    code === 'forbidden' ||
    code === 'rate_limited' ||
    code === 'store_unavailable' ||
    code === 'not_found' ||
    code === 'invalid_request'
    ? code
    : 'internal_error'
}
