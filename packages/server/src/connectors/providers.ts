/** The providers that the configuration names. Each is wired in one place: here. */
import { type CallerOptions, type Provider, type WechatApp, wechat } from 'scanlogin/wechat'
import type { Config } from '../config.ts'
import { createProviders } from '../providers/create.ts'

/** `false`: nobody is known to anybody else, and nothing about it is measured or shown. */
export function isConfigured(config: Config): boolean {
  return providersOf(config, {}).length > 0 || wechatMini(config) !== undefined
}

export function providersOf(config: Config, caller: CallerOptions): readonly Provider[] {
  const website = wechatWebsite(config)
  const account = wechatAccount(config)
  const hosts = { open: config.SCANLOGIN_WECHAT_OPEN_URL, api: config.SCANLOGIN_WECHAT_API_URL }
  const apps = { ...(website && { website }), ...(account && { account }) }
  const others = createProviders(config.SCANLOGIN_PROVIDERS ?? {}, caller)
  return website || account ? [wechat({ ...caller, ...apps, hosts }), ...others] : others
}

/** The website app (网站应用). */
export function wechatWebsite(config: Config): WechatApp | undefined {
  const appSecret = config.SCANLOGIN_WECHAT_APP_SECRET ?? config.SCANLOGIN_WECHAT_APP_SECRET_FILE
  return appOf(config.SCANLOGIN_WECHAT_APP_ID, appSecret)
}

/** The official account (服务号). */
export function wechatAccount(config: Config): WechatApp | undefined {
  const appSecret = config.SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET ?? config.SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET_FILE
  return appOf(config.SCANLOGIN_WECHAT_ACCOUNT_APP_ID, appSecret)
}

/** The mini program (小程序). */
export function wechatMini(config: Config): WechatApp | undefined {
  const appSecret = config.SCANLOGIN_WECHAT_MINI_APP_SECRET ?? config.SCANLOGIN_WECHAT_MINI_APP_SECRET_FILE
  return appOf(config.SCANLOGIN_WECHAT_MINI_APP_ID, appSecret)
}

function appOf(appId: string | undefined, appSecret: string | undefined): WechatApp | undefined {
  return appId === undefined || appSecret === undefined ? undefined : { appId, appSecret }
}
