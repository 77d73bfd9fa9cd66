/** What people call the providers. */
import type { Language } from '../messages.ts'

const names: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  wechat: { en: 'WeChat', 'zh-CN': '微信' },
  wecom: { en: 'WeCom', 'zh-CN': '企业微信' },
  alipay: { en: 'Alipay', 'zh-CN': '支付宝' },
  dingtalk: { en: 'DingTalk', 'zh-CN': '钉钉' },
  feishu: { en: 'Feishu', 'zh-CN': '飞书' },
  lark: { en: 'Lark', 'zh-CN': 'Lark' },
  qq: { en: 'QQ', 'zh-CN': 'QQ' },
}

/** A provider that is not among them is called what the server calls it. */
export function providerName(provider: string, language: Language): string {
  return (Object.hasOwn(names, provider) ? names[provider]?.[language] : undefined) ?? provider
}
