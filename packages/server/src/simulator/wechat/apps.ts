/** The apps that are registered with the simulated WeChat. All of them are invented. */

/** A website, an official account (公众号), a mini program (小程序). */
export type AppKind = 'website' | 'account' | 'mini'

export interface WechatApp {
  readonly appid: string
  readonly secret: string
  readonly kind: AppKind
  readonly name: string
  /** The host that codes may be sent to, as set in the console; with a port only that port will do. */
  readonly callbackDomain: string
  /** The Open Platform account it is bound to; `null` for none: then there is no unionid. */
  readonly platform: string | null
  /** The addresses that may ask for a server token; `null` for all. Mini programs are exempt. */
  readonly ipWhitelist: readonly string[] | null
  /** How `ToUserName` calls it. */
  readonly originalId: string
  /** Where events are pushed to; `null` for nowhere. */
  readonly push: PushSettings | null
  /** The pages of a mini program's published version. */
  readonly pages: readonly string[]
  readonly quotas: Quotas
}

export interface PushSettings {
  readonly url: string
  /** 3 to 32 letters and digits, shared with the receiver. */
  readonly token: string
  /** `plain`, `safe` (encrypted), or `compat`: both in one body. */
  readonly mode: 'plain' | 'compat' | 'safe'
  /** Official accounts know XML only. */
  readonly format: 'xml' | 'json'
  /** 43 characters of base64. */
  readonly aesKey: string
  /** The one before, which a receiver still accepts for a while. */
  readonly previousAesKey: string | null
}

/** How often an app may call; days are China's. */
export interface Quotas {
  /** `/cgi-bin/token`, a day. */
  readonly token: number
  /** `/cgi-bin/stable_token`, a day and a minute. */
  readonly stableToken: number
  readonly stableTokenPerMinute: number
  /** `force_refresh`, a day. */
  readonly forcedRefresh: number
  /** `/cgi-bin/clear_quota`, a month. */
  readonly clearQuota: number
  /** `/cgi-bin/qrcode/create`, a day, and permanent codes in all. */
  readonly sceneCodes: number
  readonly permanentCodes: number
  /** The `sns` group, a minute. */
  readonly oauthPerMinute: number
  /** `jscode2session`, for one person a minute. */
  readonly miniSessionsPerMinute: number
  /** `getwxacodeunlimit`, a minute. */
  readonly miniCodesPerMinute: number
  /** `generate_urllink`, a day. */
  readonly urlLinks: number
}

const quotas: Quotas = {
  token: 2000,
  stableToken: 500_000,
  stableTokenPerMinute: 10_000,
  forcedRefresh: 20,
  clearQuota: 10,
  sceneCodes: 100_000,
  permanentCodes: 100_000,
  oauthPerMinute: 50_000,
  miniSessionsPerMinute: 100,
  miniCodesPerMinute: 5000,
  urlLinks: 500_000,
}

export type AppGiven = Pick<WechatApp, 'appid'> &
  Partial<Omit<WechatApp, 'quotas' | 'push'>> & {
    readonly quotas?: Partial<Quotas>
    readonly push?: (Pick<PushSettings, 'url'> & Partial<PushSettings>) | null
  }

/** What is not given stays as `known` has it, or as a new website app would. */
export function describeApp(given: AppGiven, known: WechatApp = template): WechatApp {
  const { push, quotas, ...rest } = given
  return {
    ...known,
    ...rest,
    quotas: { ...known.quotas, ...quotas },
    push: push ? { ...(known.push ?? defaultPush), ...push } : push === null ? null : known.push,
  }
}

const template: WechatApp = {
  appid: '',
  secret: 'simulated0app0secret000000000000',
  kind: 'website',
  name: 'An app',
  callbackDomain: 'localhost',
  platform: 'platform-1',
  ipWhitelist: null,
  originalId: 'gh_000000000000',
  push: null,
  pages: [],
  quotas,
}

const defaultPush = {
  token: 'simulatedPushToken',
  mode: 'plain',
  format: 'xml',
  aesKey: 'simulatedAesKey0123456789abcdefghijklmnopqr',
  previousAesKey: null,
} as const

/** One of each kind, bound to one Open Platform account: a person has one unionid in all three. */
export function defaultApps(callbackDomain: string): readonly WechatApp[] {
  return [
    describeApp({
      appid: 'wx00000000000051e1',
      secret: 'simulated0website0secret00000001',
      kind: 'website',
      name: 'Simulated website',
      callbackDomain,
      originalId: 'gh_000000000001',
    }),
    describeApp({
      appid: 'wx00000000000051e2',
      secret: 'simulated0account0secret00000002',
      kind: 'account',
      name: 'Simulated official account',
      callbackDomain,
      originalId: 'gh_000000000002',
    }),
    describeApp({
      appid: 'wx00000000000051e3',
      secret: 'simulated0mini0program0secret003',
      kind: 'mini',
      name: 'Simulated mini program',
      callbackDomain,
      originalId: 'gh_000000000003',
      pages: ['pages/index/index', 'pages/login/index'],
    }),
  ]
}
