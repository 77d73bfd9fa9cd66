/** QQ Connect: OAuth from before its standard, in three spellings. */
import { askOnPhone, type FlowService, isAllowed, type OpenedService, showVisit } from '../code-flow/service.ts'
import { createVouchers } from '../code-flow/vouchers.ts'
import type { FlowApp, FlowWorld } from '../code-flow/world.ts'
import type { Answer, Call } from '../http/call.ts'
import { sentencePage } from '../http/pages.ts'
import { type QqCode, qqApi } from './api.ts'

/** `id` is the client id. */
export interface QqApp extends FlowApp {
  /** The company that unionids are of; empty for an app that has not applied for them. */
  readonly platform: string
}

export const qq: FlowService<QqApp> = {
  name: 'QQ',
  hosts: { '/graph': 'graph.qq.com' },
  apps: callbackDomain => [
    {
      id: '101000007',
      secret: 'simulated0qq0secret0000000000007',
      name: 'Simulated QQ site',
      callbackDomain,
      platform: 'platform-1',
    },
  ],
  open,
}

/** Seconds. */
const codeTtl = 600

function open(world: FlowWorld<QqApp>): OpenedService {
  const { clock, identifiers } = world
  const codes = createVouchers<QqCode>(clock, () => identifiers.nextHex(32).toUpperCase())
  return {
    confirmed: ({ appId, redirectUri, scope, state }, { id }) => ({
      code: codes.issue({ appId, personId: id, redirectUri, scope }, codeTtl),
      state,
    }),
    // Who refuses closes the page, and nobody is told.
    denied: () => undefined,
    routes: { '/graph/oauth2.0/authorize': call => openPage(world, call), ...qqApi(world, codes) },
  }
}

function openPage(world: FlowWorld<QqApp>, call: Call): Answer {
  const { query, headers } = call
  const app = world.app(query.get('client_id') ?? '')
  const redirectUri = query.get('redirect_uri') ?? ''
  const state = query.get('state') ?? ''
  if (query.get('response_type') !== 'code') return sentencePage('response_type 参数错误 (100000)')
  if (!app) return sentencePage('client_id 参数错误 (100008)')
  if (!isAllowed(app, redirectUri)) return sentencePage('redirect uri is illegal (100010)')
  if (state === '') return sentencePage('state 参数错误 (100004)')
  const scope = query.get('scope') || 'get_user_info'
  const wish = { appId: app.id, redirectUri, state, scope, details: {} }
  const isInside = / QQ\//.test(headers['user-agent'] ?? '')
  return isInside ? askOnPhone(world, wish, call) : showVisit(world, 'QQ', wish)
}
