/** What people call the providers, and the ways to sign in by WeChat that show a code of their own. */

type Name = Readonly<Record<'en' | 'zh', string>>

const names: Readonly<Record<string, Name>> = {
  wechat: { en: 'WeChat', zh: '微信' },
  'wechat-account': { en: 'WeChat account', zh: '公众号' },
  'wechat-mini': { en: 'Mini program', zh: '小程序' },
  wecom: { en: 'WeCom', zh: '企业微信' },
  alipay: { en: 'Alipay', zh: '支付宝' },
  dingtalk: { en: 'DingTalk', zh: '钉钉' },
  feishu: { en: 'Feishu', zh: '飞书' },
  lark: { en: 'Lark', zh: 'Lark' },
  qq: { en: 'QQ', zh: 'QQ' },
}

/** In the reader's language, English where it is not Chinese. One that is not among them is called what the server calls it. */
export function providerName(provider: string, language: string): string {
  const name = Object.hasOwn(names, provider) ? names[provider] : undefined
  return name?.[/^zh\b/i.test(language) ? 'zh' : 'en'] ?? provider
}
