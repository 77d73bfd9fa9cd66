/** DingTalk (钉钉): people of companies, known by a unionId. */
import { askOnPhone, type FlowService, isAllowed, type OpenedService, showVisit } from '../code-flow/service.ts'
import type { Visit } from '../code-flow/visits.ts'
import { createVouchers, type Grant } from '../code-flow/vouchers.ts'
import type { FlowApp, FlowPerson, FlowWorld } from '../code-flow/world.ts'
import type { Answer, Call } from '../http/call.ts'
import { sentencePage } from '../http/pages.ts'
import { RefusedStep } from '../play/refused-step.ts'
import { corpIdOf, dingtalkApi } from './api.ts'

/** `id` is the app key, which is the client id. */
export interface DingtalkApp extends FlowApp {
  /** What the callback calls the code. */
  readonly codeName: 'authCode' | 'code' | 'both'
  /** Whether it may read who a user is. */
  readonly contact: 'permitted' | 'forbidden'
}

export const dingtalk: FlowService<DingtalkApp> = {
  name: 'DingTalk',
  hosts: { '/login': 'login.dingtalk.com', '/api': 'api.dingtalk.com' },
  apps: callbackDomain => [
    {
      id: 'dingsimulated000app5',
      secret: 'simulated0dingtalk0app0secret00000000000000000000000000000000005',
      name: 'Simulated DingTalk app',
      callbackDomain,
      codeName: 'authCode',
      contact: 'permitted',
    },
  ],
  open,
}

/** Seconds; not documented. */
const codeTtl = 300

function open(world: FlowWorld<DingtalkApp>): OpenedService {
  const { clock, identifiers } = world
  const codes = createVouchers<Grant>(clock, () => identifiers.next(32))
  return {
    confirmed(visit, person) {
      checkCompany(visit, person)
      const { appId, scope, state } = visit
      const code = codes.issue({ appId, personId: person.id, scope }, codeTtl)
      const named = world.app(appId)?.codeName
      return { ...(named !== 'code' && { authCode: code }), ...(named !== 'authCode' && { code }), state }
    },
    denied: ({ state }) => ({ error: 'access_denied', state }),
    routes: { '/login/oauth2/auth': call => openPage(world, call), ...dingtalkApi(world, codes) },
  }
}

function openPage(world: FlowWorld<DingtalkApp>, call: Call): Answer {
  const { query, headers } = call
  const app = world.app(query.get('client_id') ?? '')
  const redirectUri = query.get('redirect_uri') ?? ''
  const scope = query.get('scope') ?? ''
  if (!app) return sentencePage('client_id 参数错误')
  if (!isAllowed(app, redirectUri)) return sentencePage('回调域名未在钉钉开放平台配置')
  if (query.get('response_type') !== 'code') return sentencePage('response_type 参数错误')
  if (scope !== 'openid' && scope !== 'openid corpid') return sentencePage('scope 参数错误')
  if (query.get('prompt') !== 'consent') return sentencePage('prompt 参数错误')
  const onlyCompany = query.get('exclusiveLogin') === 'true' ? (query.get('exclusiveCorpId') ?? '') : ''
  const wish = { appId: app.id, redirectUri, state: query.get('state') ?? '', scope, details: { onlyCompany } }
  const isInside = /DingTalk\//.test(headers['user-agent'] ?? '')
  return isInside ? askOnPhone(world, wish, call) : showVisit(world, 'DingTalk', wish)
}

function checkCompany({ details: { onlyCompany = '' } }: Visit, person: FlowPerson): void {
  if (onlyCompany === '' || corpIdOf(person) === onlyCompany) return
  throw new RefusedStep('Only people of one company may sign in here')
}
