/** The two calls that give a server token. They do not touch each other's tokens. */
import { requiredText } from '../../calls/answer.ts'
import { ConnectorError } from '../../refusal.ts'
import type { WechatAnswer, WechatApi } from '../api.ts'
import type { WechatApp } from '../wechat.ts'

/**
 * `stable` (`/cgi-bin/stable_token`) gives everybody the same token until five minutes before its end. `ordinary`
 * (`/cgi-bin/token`) gives another one with each call, and the one before ends five minutes later.
 */
export type TokenKind = 'stable' | 'ordinary'

export interface GivenToken {
  readonly token: string
  /** Seconds. */
  readonly lifetime: number
}

/** ms before its end that the next token can be had, and the old one lives on. */
export const lead: Readonly<Record<TokenKind, number>> = {
  // Before its last five minutes the call gives the same token again.
  stable: 290_000,
  ordinary: 600_000,
}

export async function askForToken(api: WechatApi, app: WechatApp, kind: TokenKind): Promise<GivenToken> {
  const { appId: appid, appSecret: secret } = app
  const asked = { grant_type: 'client_credential', appid, secret }
  if (kind === 'ordinary') return given(await api.get('/cgi-bin/token', asked))
  return given(await api.post('/cgi-bin/stable_token', {}, { ...asked, force_refresh: false }))
}

/** Another stable token at once; the one before ends. WeChat does it 20 times a day. */
export async function forceToken(api: WechatApi, { appId, appSecret }: WechatApp): Promise<GivenToken> {
  const asked = { grant_type: 'client_credential', appid: appId, secret: appSecret, force_refresh: true }
  return given(await api.post('/cgi-bin/stable_token', {}, asked))
}

function given(answer: WechatAnswer): GivenToken {
  const lifetime = answer.expires_in
  if (typeof lifetime !== 'number' || !(lifetime >= 1 && lifetime <= 86_400)) {
    throw new ConnectorError('provider_unintelligible', { detail: 'a token without a lifetime' })
  }
  return { token: requiredText(answer, 'access_token'), lifetime }
}
