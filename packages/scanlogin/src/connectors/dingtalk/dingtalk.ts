/** DingTalk (钉钉): people of all companies or of one, by their unionId, which DingTalk prefers to its own openId. */
import { requiredText, textOf } from '../calls/answer.ts'
import { type Caller, type CallerOptions, createCaller, type Outgoing, type ProviderAnswer } from '../calls/caller.ts'
import { shownIn } from '../calls/optional.ts'
import { codeOrError } from '../calls/words.ts'
import type { Identity } from '../connector.ts'
import type { Provider, Visit } from '../provider.ts'
import { ConnectorError, type ConnectorErrorCode } from '../refusal.ts'

export interface DingtalkOptions extends CallerOptions {
  /** The app key. */
  clientId: string
  clientSecret: string
  /** The corpId of the only company whose people may sign in. Default: everybody may. */
  onlyCompany?: string
  hosts?: DingtalkHosts
}

export interface DingtalkHosts {
  /** Where browsers are sent. Default `https://login.dingtalk.com`. */
  readonly login?: string
  /** Where the app calls. Default `https://api.dingtalk.com`. */
  readonly api?: string
}

/** Throws `TypeError` for options that cannot be. */
export function dingtalk(options: DingtalkOptions): Provider {
  if (!/^\w{6,64}$/.test(options.clientId)) throw new TypeError('clientId must be the app key')
  if (options.clientSecret === '') throw new TypeError('clientSecret must be given')
  const call = createCaller('dingtalk', options)
  return {
    name: 'dingtalk',
    ways: ['website', 'inside'],
    page: visit => ({ address: pageAddress(options, visit) }),
    // Some deployments call the code `code`.
    read: query => codeOrError(query, ['authCode', 'code']),
    identify: code => identify(call, options, code),
  }
}

function pageAddress({ clientId, onlyCompany, hosts }: DingtalkOptions, { redirectUri, state }: Visit): string {
  const query = new URLSearchParams({
    redirect_uri: redirectUri,
    response_type: 'code',
    client_id: clientId,
    scope: onlyCompany === undefined ? 'openid' : 'openid corpid',
    state,
    prompt: 'consent',
  })
  if (onlyCompany !== undefined) {
    query.set('exclusiveLogin', 'true')
    query.set('exclusiveCorpId', onlyCompany)
  }
  // A space of the scope is written as everywhere in an address, not as in a form.
  const host = hosts?.login ?? 'https://login.dingtalk.com'
  return `${host}/oauth2/auth?${query.toString().replaceAll('+', '%20')}`
}

async function identify(call: Caller, options: DingtalkOptions, code: string): Promise<Identity> {
  const { clientId, clientSecret, onlyCompany, hosts } = options
  const host = hosts?.api ?? 'https://api.dingtalk.com'
  const granted = await ask(call, {
    address: `${host}/v1.0/oauth2/userAccessToken`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret, code, grantType: 'authorization_code' }),
  })
  // The page has let them choose; what counts is the company that DingTalk tells us of.
  if (onlyCompany !== undefined && granted.corpId !== onlyCompany) {
    throw new ConnectorError('person_refused', { detail: 'another company' })
  }
  // This token is one person's. It is used for one call and kept nowhere, so that nobody is taken for somebody else.
  const person = await ask(call, {
    address: `${host}/v1.0/contact/users/me`,
    headers: { 'x-acs-dingtalk-access-token': requiredText(granted, 'accessToken') },
  })
  const unionId = requiredText(person, 'unionId')
  const shown = shownIn(person, { name: 'nick', avatar: 'avatarUrl' })
  return { provider: 'dingtalk', appId: clientId, subject: unionId, unionId, ...shown }
}

function ask(call: Caller, outgoing: Outgoing): Promise<Readonly<Record<string, unknown>>> {
  return call(outgoing, readAnswer)
}

function readAnswer({ status, json }: ProviderAnswer): Readonly<Record<string, unknown>> {
  const answer = json()
  if (status < 400) return answer
  const errcode = textOf(answer, 'code')
  const reference = textOf(answer, 'requestid')
  throw new ConnectorError(meaningOf(status, errcode ?? ''), {
    errcode: errcode !== undefined && /^[\w.-]{1,80}$/.test(errcode) ? errcode : String(status),
    ...(reference !== undefined && { reference: reference.slice(0, 64) }),
  })
}

/** The statuses are documented, the names of errors are not: they only help to tell a wrong secret from an old code. */
function meaningOf(status: number, name: string): ConnectorErrorCode {
  if (status === 429 || status >= 500) return 'provider_busy'
  if (status === 400 && !/client|app_?(key|secret)/i.test(name)) return 'code_rejected'
  return 'misconfigured'
}
