/** Alipay (支付宝): calls signed by the app, answers signed by Alipay. */
import {
  askOnPhone,
  type FlowService,
  goBackAtOnce,
  isAllowed,
  type OpenedService,
  showVisit,
} from '../code-flow/service.ts'
import { createVouchers, type Grant } from '../code-flow/vouchers.ts'
import type { FlowApp, FlowWorld } from '../code-flow/world.ts'
import type { Answer, Call } from '../http/call.ts'
import { sentencePage } from '../http/pages.ts'
import { alipayGateway } from './gateway.ts'
import { keyPair } from './keys.ts'

/** `secret` is empty: the app has a key instead. */
export interface AlipayApp extends FlowApp {
  /** What the application signs with: PKCS#8, base64. */
  readonly privateKey: string
  /** What Alipay knows of it: SubjectPublicKeyInfo, base64. */
  readonly publicKey: string
  /** What the application checks Alipay's answers with. */
  readonly alipayPublicKey: string
  /** Newer apps are told another id. */
  readonly idName: 'user_id' | 'open_id'
  /** Of an app that goes by certificates: what calls have to name, and answers are told by. Absent: by keys. */
  readonly certificates?: { readonly appSn: string; readonly alipaySn: string; readonly rootSn: string } | undefined
}

export const alipay: FlowService<AlipayApp> = {
  name: 'Alipay',
  hosts: { '/openauth': 'openauth.alipay.com', '/openapi': 'openapi.alipay.com' },
  apps: callbackDomain => [
    {
      id: '2021000000000008',
      secret: '',
      name: 'Simulated Alipay app',
      callbackDomain,
      ...keyPair('app'),
      alipayPublicKey: keyPair('alipay').publicKey,
      idName: 'user_id',
    },
  ],
  open,
}

/** Seconds: the shortest that is documented. */
const codeTtl = 180

function open(world: FlowWorld<AlipayApp>): OpenedService {
  const { clock, identifiers } = world
  const codes = createVouchers<Grant>(clock, () => identifiers.nextHex(32))
  const ends: Pick<OpenedService, 'confirmed' | 'denied'> = {
    confirmed: ({ appId, scope, state }, { id }) => ({
      app_id: appId,
      source: 'alipay_wallet',
      scope,
      auth_code: codes.issue({ appId, personId: id, scope }, codeTtl),
      state,
    }),
    denied: () => undefined,
  }
  return {
    ...ends,
    routes: {
      '/openauth/oauth2/publicAppAuthorize.htm': call => openPage(world, ends, call),
      '/openapi/gateway.do': alipayGateway(world, codes),
    },
  }
}

/** Inside Alipay `auth_base` goes back at once, `auth_user` asks. */
function openPage(world: FlowWorld<AlipayApp>, ends: Pick<OpenedService, 'confirmed'>, call: Call): Answer {
  const { query, headers } = call
  const app = world.app(query.get('app_id') ?? '')
  const redirectUri = query.get('redirect_uri') ?? ''
  const scopes = (query.get('scope') ?? '').split(',')
  if (!app) return sentencePage('app_id 参数错误')
  if (!scopes.every(scope => scope === 'auth_base' || scope === 'auth_user')) return sentencePage('scope 参数错误')
  if (!isAllowed(app, redirectUri)) return sentencePage('redirect_uri 与应用配置的授权回调地址不一致')
  const scope = scopes.join(',')
  const wish = { appId: app.id, redirectUri, state: query.get('state') ?? '', scope, details: {} }
  if (!/AlipayClient\//.test(headers['user-agent'] ?? '')) return showVisit(world, 'Alipay', wish)
  return scopes.includes('auth_user') ? askOnPhone(world, wish, call) : goBackAtOnce(world, ends, wish, call)
}
