/**
 * WeCom (企业微信): the members of one company, by the id that the company gave them. Whoever scans without being a
 * member is told of by an openid alone, and does not get in.
 */

import { requiredText } from '../calls/answer.ts'
import { type CallerOptions, createCaller } from '../calls/caller.ts'
import { shownIn, unlessRefused } from '../calls/optional.ts'
import { codeOrError } from '../calls/words.ts'
import type { Identity } from '../connector.ts'
import type { Page, Provider, Visit } from '../provider.ts'
import { ConnectorError } from '../refusal.ts'
import { createWecomApi, type WecomApi } from './api.ts'

export interface WecomOptions extends CallerOptions {
  /** The company's id (CorpID). */
  corpId: string
  /** The app's number in the company (AgentId). */
  agentId: string
  /** The app's secret. */
  secret: string
  hosts?: WecomHosts
}

export interface WecomHosts {
  /** Where browsers are sent. Default `https://login.work.weixin.qq.com`. */
  readonly login?: string
  /** Where browsers inside WeCom are sent. Default `https://open.weixin.qq.com`. */
  readonly open?: string
  /** Where the app calls. Default `https://qyapi.weixin.qq.com`. */
  readonly api?: string
}

/** Throws `TypeError` for options that cannot be. */
export function wecom(options: WecomOptions): Provider {
  const { corpId, agentId, secret, hosts = {} } = options
  if (!/^(ww|wx)[\da-z]{16}$/i.test(corpId)) throw new TypeError('corpId must be ww and 16 letters and digits')
  if (!/^\d{1,16}$/.test(agentId)) throw new TypeError('agentId must be a number')
  if (secret === '') throw new TypeError('secret must be given')
  const host = hosts.api ?? 'https://qyapi.weixin.qq.com'
  const api = createWecomApi(createCaller('wecom', options), { host, corpId, secret, clock: options.clock })
  return {
    name: 'wecom',
    ways: ['website', 'inside'],
    page: visit => (visit.way === 'inside' ? insidePage(options, visit) : websitePage(options, visit)),
    read(query) {
      const word = codeOrError(query)
      // The older page tells of a refusal by a callback without a code.
      return word === 'missing' && !query.has('code') ? 'refused' : word
    },
    identify: (code, { ask }) => identify(api, { corpId, code, ask }),
  }
}

function websitePage({ corpId, agentId, hosts }: WecomOptions, { redirectUri, state, language }: Visit): Page {
  const query = new URLSearchParams({
    login_type: 'CorpApp',
    appid: corpId,
    agentid: agentId,
    redirect_uri: redirectUri,
    state,
    ...(language !== undefined && { lang: language }),
  })
  return { address: `${hosts?.login ?? 'https://login.work.weixin.qq.com'}/wwlogin/sso/login?${query}` }
}

/** Silent: the company knows its members' names, and nobody has to be asked for them. */
function insidePage({ corpId, agentId, hosts }: WecomOptions, { redirectUri, state }: Visit): Page {
  const query = new URLSearchParams({
    appid: corpId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'snsapi_base',
    state,
    agentid: agentId,
  })
  const host = hosts?.open ?? 'https://open.weixin.qq.com'
  return { address: `${host}/connect/oauth2/authorize?${query}#wechat_redirect` }
}

interface Asked {
  readonly corpId: string
  readonly code: string
  readonly ask: 'id' | 'profile'
}

async function identify(api: WecomApi, { corpId, code, ask }: Asked): Promise<Identity> {
  const known = await api.get('/cgi-bin/auth/getuserinfo', { code })
  if (known.userid === undefined) {
    requiredText(known, 'openid')
    throw new ConnectorError('person_refused', { detail: 'not a member of the company' })
  }
  const subject = requiredText(known, 'userid')
  const identity: Identity = { provider: 'wecom', appId: corpId, subject }
  if (ask === 'id') return identity
  const member = api.get('/cgi-bin/user/get', { userid: subject })
  const shown = member.then(told => shownIn(told, { name: 'name', avatar: 'avatar' }))
  return { ...identity, ...(await unlessRefused(shown)) }
}
