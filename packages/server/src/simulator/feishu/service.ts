/** Feishu (飞书), abroad Lark: OAuth by the book, with people of companies that are called tenants. */
import { askOnPhone, type FlowService, isAllowed, type OpenedService, showVisit } from '../code-flow/service.ts'
import { createVouchers } from '../code-flow/vouchers.ts'
import type { FlowApp, FlowWorld } from '../code-flow/world.ts'
import type { Answer, Call } from '../http/call.ts'
import { sentencePage } from '../http/pages.ts'
import { feishuApi } from './api.ts'
import type { FeishuCode } from './tokens.ts'

export interface FeishuApp extends FlowApp {
  /** The only company whose people may use it; empty for everybody. */
  readonly onlyCompany: string
}

export const feishu: FlowService<FeishuApp> = {
  name: 'Feishu',
  hosts: { '/accounts': 'accounts.feishu.cn', '/open': 'open.feishu.cn' },
  apps: callbackDomain => [
    {
      id: 'cli_simulated0000006',
      secret: 'simulated0feishu0secret000000006',
      name: 'Simulated Feishu app',
      callbackDomain,
      onlyCompany: '',
    },
  ],
  open,
}

/** Seconds. */
const codeTtl = 300

function open(world: FlowWorld<FeishuApp>): OpenedService {
  const { clock, identifiers } = world
  const codes = createVouchers<FeishuCode>(clock, () => identifiers.next(32))
  return {
    confirmed({ appId, redirectUri, scope, state, details }, { id }) {
      const { challenge = '', method = '' } = details
      const code = codes.issue({ appId, personId: id, redirectUri, scope, challenge, method }, codeTtl)
      return { code, state }
    },
    denied: ({ state }) => ({ error: 'access_denied', state }),
    routes: {
      '/accounts/open-apis/authen/v1/authorize': call => openPage(world, call),
      ...feishuApi(world, codes),
    },
  }
}

function openPage(world: FlowWorld<FeishuApp>, call: Call): Answer {
  const { query, headers } = call
  const app = world.app(query.get('client_id') ?? '')
  const redirectUri = query.get('redirect_uri') ?? ''
  const challenge = query.get('code_challenge') ?? ''
  const method = query.get('code_challenge_method') ?? 'plain'
  if (!app) return sentencePage('client_id 参数错误 (20029)')
  if (!isAllowed(app, redirectUri)) return sentencePage('重定向 URL 有误 (20029)')
  if (query.get('response_type') !== 'code') return sentencePage('response_type 参数错误')
  if (method !== 'plain' && method !== 'S256') return sentencePage('code_challenge_method 参数错误')
  const wish = {
    appId: app.id,
    redirectUri,
    state: query.get('state') ?? '',
    scope: query.get('scope') ?? '',
    details: { challenge, method },
  }
  const isInside = / Lark\//.test(headers['user-agent'] ?? '')
  return isInside ? askOnPhone(world, wish, call) : showVisit(world, 'Feishu', wish)
}
