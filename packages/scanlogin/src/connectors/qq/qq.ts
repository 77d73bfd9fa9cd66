/** QQ Connect: a token for a code, the ids for the token, and the name for the ids. */
import { requiredText, textOf } from '../calls/answer.ts'
import { type Caller, type CallerOptions, createCaller } from '../calls/caller.ts'
import { refusalsBy } from '../calls/error-table.ts'
import { shownIn, unlessRefused } from '../calls/optional.ts'
import { codeOrError } from '../calls/words.ts'
import type { Identity } from '../connector.ts'
import type { Provider, ReturnedVisit, Visit } from '../provider.ts'
import { ConnectorError } from '../refusal.ts'
import { readQqAnswer } from './answer.ts'

export interface QqOptions extends CallerOptions {
  /** The site's number (APP ID). */
  clientId: string
  /** The site's APP Key. */
  clientSecret: string
  hosts?: QqHosts
}

export interface QqHosts {
  /** Where browsers are sent, and where the site calls. Default `https://graph.qq.com`. */
  readonly graph?: string
}

/** Throws `TypeError` for options that cannot be. */
export function qq(options: QqOptions): Provider {
  const { clientId, clientSecret, hosts } = options
  if (!/^\d{5,12}$/.test(clientId)) throw new TypeError('clientId must be the number of the site')
  if (clientSecret === '') throw new TypeError('clientSecret must be given')
  const graph = hosts?.graph ?? 'https://graph.qq.com'
  const app: App = { ask: asking(createCaller('qq', options), graph), clientId, clientSecret }
  return {
    name: 'qq',
    ways: ['website', 'inside'],
    page: visit => ({ address: `${graph}/oauth2.0/authorize?${pageQuery(clientId, visit)}` }),
    read: query => codeOrError(query),
    identify: (code, visit) => identify(app, code, visit),
  }
}

interface App {
  readonly ask: Ask
  readonly clientId: string
  readonly clientSecret: string
}

type Ask = (path: string, query: Readonly<Record<string, string>>) => Promise<Readonly<Record<string, unknown>>>

function asking(call: Caller, graph: string): Ask {
  return (path, query) =>
    call({ address: `${graph}${path}?${new URLSearchParams(query)}` }, told => {
      const answer = readQqAnswer(told)
      const errcode = Number(answer.error ?? answer.ret ?? 0)
      if (errcode === 0) return answer
      throw refusal(errcode)
    })
}

function pageQuery(clientId: string, { redirectUri, state, way }: Visit): URLSearchParams {
  return new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    scope: 'get_user_info',
    ...(way === 'inside' && { display: 'mobile' }),
  })
}

async function identify(app: App, code: string, { redirectUri }: ReturnedVisit): Promise<Identity> {
  const { clientId, clientSecret } = app
  const granted = await app.ask('/oauth2.0/token', {
    grant_type: 'authorization_code',
    client_id: clientId,
    client_secret: clientSecret,
    code,
    redirect_uri: redirectUri,
    fmt: 'json',
  })
  const token = requiredText(granted, 'access_token')
  const ids = await idsOf(app, token)
  // A token of another site, which somebody brought here, would be somebody else's sign-in.
  if (String(ids.client_id) !== clientId) {
    throw new ConnectorError('provider_unintelligible', { detail: 'a token of another site' })
  }
  const subject = requiredText(ids, 'openid')
  const unionId = textOf(ids, 'unionid')
  const identity = { provider: 'qq', appId: clientId, subject, ...(unionId !== undefined && { unionId }) }
  // The page has asked the person for all of it, whatever was wanted: there is no silent way.
  const person = app.ask('/user/get_user_info', { access_token: token, oauth_consumer_key: clientId, openid: subject })
  const shown = person.then(told => shownIn(told, { name: 'nickname', avatar: avatarIn(told) }))
  return { ...identity, ...(await unlessRefused(shown)) }
}

/** A unionid has to be applied for: a site that has not is refused, and asks again without. */
async function idsOf({ ask }: App, token: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await ask('/oauth2.0/me', { access_token: token, unionid: '1', fmt: 'json' })
  } catch (error) {
    if (!(error instanceof ConnectorError && error.errcode === '100048')) throw error
    return ask('/oauth2.0/me', { access_token: token, fmt: 'json' })
  }
}

/** The larger picture is not there for everybody. */
function avatarIn(answer: Readonly<Record<string, unknown>>): string {
  return textOf(answer, 'figureurl_qq_2') === undefined ? 'figureurl_qq_1' : 'figureurl_qq_2'
}

const refusal = refusalsBy({
  code_rejected: [100013, 100014, 100015, 100016, 100019, 100020, 100030],
  misconfigured: [100000, 100001, 100004, 100008, 100009, 100010, 100048],
})
