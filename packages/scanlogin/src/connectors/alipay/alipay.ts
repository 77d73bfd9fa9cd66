/** Alipay (支付宝): people by their user id, or in newer apps by an open id; no secret, but a pair of RSA keys. */
import { requiredText, textOf } from '../calls/answer.ts'
import { type CallerOptions, createCaller } from '../calls/caller.ts'
import { shownIn } from '../calls/optional.ts'
import { codeOrError } from '../calls/words.ts'
import type { Identity } from '../connector.ts'
import type { Provider, Visit } from '../provider.ts'
import { ConnectorError } from '../refusal.ts'
import { createGateway, type Gateway } from './gateway.ts'
import { rsaSigner, rsaVerifier } from './signature.ts'

export interface AlipayOptions extends CallerOptions {
  appId: string
  /** The app's own key (应用私钥): PKCS#8, as PEM or base64. */
  privateKey: string
  /** Alipay's key (支付宝公钥), not the app's public one: PEM or base64. */
  alipayPublicKey: string
  /** For an app that goes by certificates (公钥证书): `alipayPublicKey` is then the one in Alipay's. Default: by keys. */
  certificates?: AlipayCertificates
  hosts?: AlipayHosts
}

/**
 * What Alipay calls the SN of a certificate: the MD5, in hexadecimal, of the issuer's name (`CN=…,OU=…,O=…,C=CN`) and the
 * number of the certificate in decimal, one behind the other.
 */
export interface AlipayCertificates {
  readonly appSn: string
  readonly alipaySn: string
  /** Of every root that is signed with RSA, joined by `_`. */
  readonly rootSn: string
}

export interface AlipayHosts {
  /** Where browsers are sent. Default `https://openauth.alipay.com`. */
  readonly openauth?: string
  /** Where the app calls. Default `https://openapi.alipay.com`. */
  readonly openapi?: string
}

/** Throws `TypeError` for options that cannot be. */
export function alipay(options: AlipayOptions): Provider {
  const { appId, privateKey, alipayPublicKey, certificates, hosts, clock } = options
  if (!/^\d{16,20}$/.test(appId)) throw new TypeError('appId must be a number of 16 digits or a few more')
  if (certificates && !Object.values(certificates).every(sn => /^[\da-f]{32}(_[\da-f]{32})*$/.test(sn))) {
    throw new TypeError('certificates must be named by 32 hexadecimal digits each')
  }
  const { openauth = 'https://openauth.alipay.com', openapi = 'https://openapi.alipay.com' } = hosts ?? {}
  const gateway = createGateway(createCaller('alipay', options), {
    address: `${openapi}/gateway.do`,
    appId,
    signer: rsaSigner(privateKey),
    verifier: rsaVerifier(alipayPublicKey),
    certificates,
    clock,
  })
  return {
    name: 'alipay',
    ways: ['website', 'inside'],
    page: visit => ({ address: `${openauth}/oauth2/publicAppAuthorize.htm?${pageQuery(appId, visit)}` }),
    read: query => codeOrError(query, ['auth_code']),
    identify: (code, { ask }) => identify(gateway, { appId, code, ask }),
  }
}

function pageQuery(appId: string, { redirectUri, state, ask }: Visit): URLSearchParams {
  const scope = ask === 'id' ? 'auth_base' : 'auth_user'
  return new URLSearchParams({ app_id: appId, scope, redirect_uri: redirectUri, state })
}

interface Asked {
  readonly appId: string
  readonly code: string
  readonly ask: 'id' | 'profile'
}

async function identify(gateway: Gateway, { appId, code, ask }: Asked): Promise<Identity> {
  const granted = await gateway.ask('alipay.system.oauth.token', { grant_type: 'authorization_code', code })
  const identity = identityIn(appId, granted)
  if (ask === 'id') return identity
  const token = requiredText(granted, 'access_token')
  const person = await gateway.ask('alipay.user.info.share', { auth_token: token })
  if (identityIn(appId, person).subject !== identity.subject) {
    throw new ConnectorError('provider_unintelligible', { detail: 'two answers about different people' })
  }
  return { ...identity, ...shownIn(person, { name: 'nick_name', avatar: 'avatar' }) }
}

/**
 * An app that is moved from user ids to open ids is told both for a while. The user id is then what leads from one to the
 * other: it is the same in all apps.
 */
function identityIn(appId: string, answer: Readonly<Record<string, unknown>>): Identity {
  const userId = textOf(answer, 'user_id')
  const subject = textOf(answer, 'open_id') ?? userId
  if (subject === undefined) throw new ConnectorError('provider_unintelligible', { detail: 'an answer without an id' })
  return { provider: 'alipay', appId, subject, ...(userId !== undefined && { unionId: userId }) }
}
