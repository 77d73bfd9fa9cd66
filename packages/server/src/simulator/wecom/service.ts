/** WeCom (企业微信): a company's own people, known by the id that the company gave them. */

import {
  askOnPhone,
  type FlowService,
  goBackAtOnce,
  isAllowed,
  type OpenedService,
  showVisit,
} from '../code-flow/service.ts'
import type { VisitWish } from '../code-flow/visits.ts'
import { createVouchers, type Grant } from '../code-flow/vouchers.ts'
import type { FlowApp, FlowWorld } from '../code-flow/world.ts'
import type { Answer, Call, Endpoint } from '../http/call.ts'
import { sentencePage } from '../http/pages.ts'
import { wecomApi } from './api.ts'

/** `id` is the company's (CorpID), `secret` the one app's in it. */
export interface WecomApp extends FlowApp {
  readonly agentId: string
}

export const wecom: FlowService<WecomApp> = {
  name: 'WeCom',
  hosts: {
    '/login': 'login.work.weixin.qq.com',
    '/work': 'open.work.weixin.qq.com',
    '/open': 'open.weixin.qq.com',
    '/qyapi': 'qyapi.weixin.qq.com',
  },
  apps: callbackDomain => [
    {
      id: 'ww00000000000051e4',
      secret: 'simulated0wecom0agent0secret0000000000000004',
      agentId: '1000002',
      name: 'Simulated company app',
      callbackDomain,
    },
  ],
  open,
}

/** Seconds. */
const codeTtl = 300

function open(world: FlowWorld<WecomApp>): OpenedService {
  const { clock, identifiers } = world
  const codes = createVouchers<Grant>(clock, () => identifiers.next(43))
  const ends: Pick<OpenedService, 'confirmed' | 'denied'> = {
    confirmed: ({ appId, scope, state }, { id }) => ({
      code: codes.issue({ appId, personId: id, scope }, codeTtl),
      state,
    }),
    // Only the older page tells of a refusal.
    denied: ({ state, details }) => (details.page === 'older' ? { state } : undefined),
  }
  return {
    ...ends,
    routes: {
      '/login/wwlogin/sso/login': call => openPage(world, call, 'newer'),
      '/work/wwopen/sso/qrConnect': call => openPage(world, call, 'older'),
      '/work/wwopen/sso/v1/qrConnect': call => openPage(world, call, 'older'),
      '/open/connect/oauth2/authorize': openInside(world, ends),
      ...wecomApi(world, codes),
    },
  }
}

function openPage(world: FlowWorld<WecomApp>, { query }: Call, page: 'newer' | 'older'): Answer {
  const type = query.get('login_type')
  if (page === 'newer' && type !== 'CorpApp') return sentencePage('login_type 参数错误')
  const app = appOf(world, query)
  if (!app) return sentencePage('appid 或 agentid 参数错误')
  const wish = wishOf(app, query, page)
  return wish ? showVisit(world, 'WeCom', { ...wish, scope: 'snsapi_base' }) : untrusted
}

/** Inside WeCom: `snsapi_base` goes back at once, `snsapi_privateinfo` asks. */
function openInside(world: FlowWorld<WecomApp>, ends: Pick<OpenedService, 'confirmed'>): Endpoint {
  return call => {
    const { query, headers } = call
    if (!/wxwork\//.test(headers['user-agent'] ?? '')) return sentencePage('请在企业微信客户端打开链接')
    const app = appOf(world, query)
    const scope = query.get('scope') ?? ''
    if (!app) return sentencePage('appid 或 agentid 参数错误')
    if (query.get('response_type') !== 'code') return sentencePage('response_type 参数错误')
    if (!/^[A-Za-z0-9]{0,128}$/.test(query.get('state') ?? '')) return sentencePage('state 参数错误')
    const wish = wishOf(app, query, 'inside')
    if (!wish) return untrusted
    if (scope === 'snsapi_base') return goBackAtOnce(world, ends, { ...wish, scope }, call)
    if (scope === 'snsapi_privateinfo') return askOnPhone(world, { ...wish, scope }, call)
    return sentencePage('scope 参数错误')
  }
}

const untrusted = sentencePage('redirect_uri 需使用应用可信域名 (50001)')

function appOf(world: FlowWorld<WecomApp>, query: URLSearchParams): WecomApp | undefined {
  const app = world.app(query.get('appid') ?? '')
  return app?.agentId === query.get('agentid') ? app : undefined
}

function wishOf(app: WecomApp, query: URLSearchParams, page: string): VisitWish | undefined {
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!isAllowed(app, redirectUri)) return undefined
  return { appId: app.id, redirectUri, state: query.get('state') ?? '', scope: '', details: { page } }
}
