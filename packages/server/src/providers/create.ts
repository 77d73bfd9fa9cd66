/** The providers that are set up, each as one that connectors are made of. */
import { alipay, type CallerOptions, dingtalk, feishu, type Provider, qq, wecom } from 'scanlogin/connectors'
import { alipayOptions } from './alipay-certificates.ts'
import type { ProviderSettings } from './settings.ts'

/** `calling`: how each of them calls. Throws `TypeError` for settings that cannot be, naming the provider. */
export function createProviders(settings: ProviderSettings, calling: CallerOptions): Provider[] {
  const made = Object.entries(makers).map(([name, make]) => {
    try {
      return make(settings, calling)
    } catch (error) {
      if (error instanceof TypeError) throw new TypeError(`${name}: ${error.message}`)
      throw error
    }
  })
  return made.filter(provider => provider !== undefined)
}

type Make = (settings: ProviderSettings, calling: CallerOptions) => Provider | undefined

const makers: Readonly<Record<keyof ProviderSettings, Make>> = {
  alipay: (settings, calling) => settings.alipay && alipay({ ...alipayOptions(settings.alipay), ...calling }),
  dingtalk: (settings, calling) => settings.dingtalk && dingtalk({ ...settings.dingtalk, ...calling }),
  feishu: (settings, calling) => settings.feishu && feishu({ ...settings.feishu, ...calling }),
  lark: (settings, calling) => settings.lark && feishu({ ...settings.lark, ...calling, brand: 'lark' }),
  qq: (settings, calling) => settings.qq && qq({ ...settings.qq, ...calling }),
  wecom: (settings, calling) => settings.wecom && wecom({ ...settings.wecom, ...calling }),
}
