/** Feishu (飞书), and Lark, which is the same abroad: OAuth with PKCE, and people of companies that are called tenants. */
import { requiredText, textOf } from '../calls/answer.ts'
import { type Caller, type CallerOptions, createCaller } from '../calls/caller.ts'
import { refusalsBy } from '../calls/error-table.ts'
import { shownIn } from '../calls/optional.ts'
import { codeOrError } from '../calls/words.ts'
import type { Identity } from '../connector.ts'
import type { Provider, ReturnedVisit, Visit } from '../provider.ts'
import { ConnectorError } from '../refusal.ts'

export interface FeishuOptions extends CallerOptions {
  /** `cli_…` */
  clientId: string
  clientSecret: string
  /** `lark` is known to accounts as another provider, because nobody there is somebody here. Default `feishu`. */
  brand?: 'feishu' | 'lark'
  /** The tenant_key of the only company whose people may sign in. Default: whoever may use the app. */
  onlyTenant?: string
  hosts?: FeishuHosts
}

export interface FeishuHosts {
  /** Where browsers are sent. Default `https://accounts.feishu.cn`, or `https://accounts.larksuite.com`. */
  readonly accounts?: string
  /** Where the app calls. Default `https://open.feishu.cn`, or `https://open.larksuite.com`. */
  readonly open?: string
}

type Settled = Required<Pick<FeishuOptions, 'clientId' | 'clientSecret' | 'brand'>> &
  Required<FeishuHosts> & { readonly onlyTenant: string | undefined }

/** Throws `TypeError` for options that cannot be. */
export function feishu(options: FeishuOptions): Provider {
  const { clientId, clientSecret, brand = 'feishu', onlyTenant, hosts = {} } = options
  if (!/^cli_\w{4,64}$/.test(clientId)) throw new TypeError('clientId must be cli_ and letters and digits')
  if (clientSecret === '') throw new TypeError('clientSecret must be given')
  const domain = brand === 'lark' ? 'larksuite.com' : 'feishu.cn'
  const { accounts = `https://accounts.${domain}`, open = `https://open.${domain}` } = hosts
  const settled: Settled = { clientId, clientSecret, brand, onlyTenant, accounts, open }
  const call = createCaller(brand, options)
  return {
    name: brand,
    ways: ['website', 'inside'],
    page: visit => ({ address: pageAddress(settled, visit) }),
    read: query => codeOrError(query),
    identify: (code, visit) => identify(call, settled, { code, visit }),
  }
}

function pageAddress({ accounts, clientId }: Settled, { redirectUri, state, codeChallenge }: Visit): string {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    redirect_uri: redirectUri,
    state,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
  })
  return `${accounts}/open-apis/authen/v1/authorize?${query}`
}

async function identify(
  call: Caller,
  settled: Settled,
  { code, visit }: { code: string; visit: ReturnedVisit },
): Promise<Identity> {
  const token = await exchange(call, settled, { code, visit })
  const asked = {
    address: `${settled.open}/open-apis/authen/v1/user_info`,
    headers: { authorization: `Bearer ${token}` },
  }
  const person = await call(asked, ({ json }) => {
    const answer = json()
    if (answer.code !== 0) throw refusal(Number(answer.code))
    return personIn(answer)
  })
  if (settled.onlyTenant !== undefined && person.tenant_key !== settled.onlyTenant) {
    throw new ConnectorError('person_refused', { detail: 'another company' })
  }
  const unionId = textOf(person, 'union_id')
  return {
    provider: settled.brand,
    appId: settled.clientId,
    subject: requiredText(person, 'open_id'),
    ...(unionId !== undefined && { unionId }),
    ...shownIn(person, { name: 'name', avatar: 'avatar_url' }),
  }
}

async function exchange(
  call: Caller,
  { open, clientId, clientSecret }: Settled,
  { code, visit: { redirectUri, codeVerifier } }: { code: string; visit: ReturnedVisit },
): Promise<string> {
  const outgoing = {
    address: `${open}/open-apis/authen/v2/oauth/token`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'authorization_code',
      client_id: clientId,
      client_secret: clientSecret,
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    }),
  } as const
  return call(outgoing, ({ json }) => tokenIn(json()))
}

function tokenIn(answer: Readonly<Record<string, unknown>>): string {
  const word = textOf(answer, 'error')
  const number = Number(answer.code ?? 0)
  // The numbers of a refused code are not documented, OAuth's words are: a number that is known says more than its word.
  const known = refusal(number)
  if (word !== undefined && known.code === 'provider_unintelligible') throw refusal(word)
  if (word !== undefined || number !== 0) throw known
  return requiredText(answer, 'access_token')
}

function personIn({ data }: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (typeof data === 'object' && data !== null) return { ...data }
  throw new ConnectorError('provider_unintelligible', { detail: 'an answer without a person' })
}

const refusal = refusalsBy({
  person_refused: [20010, 'access_denied'],
  code_rejected: ['invalid_grant', 20007, 1007, 99991663, 99991668, 99991677],
  provider_busy: [20050, 99991400, 'temporarily_unavailable', 'server_error', 'slow_down'],
  misconfigured: [
    'invalid_client',
    'invalid_request',
    'invalid_scope',
    'unauthorized_client',
    'unsupported_grant_type',
    99991679,
  ],
})
