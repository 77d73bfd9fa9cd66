/**
 * The app whose browser this is, as far as it says so itself. The guess chooses a way to sign in and nothing depends on
 * it: whoever lies about it comes to a page that does not work for them.
 */

/** The names that providers have in addresses; of two for one app the one that is set up is meant. */
const marks: readonly (readonly [RegExp, readonly string[]])[] = [
  // WeCom's browser calls itself WeChat's too.
  [/\bwxwork\//i, ['wecom']],
  [/\bMicroMessenger\//i, ['wechat']],
  [/\bDingTalk\//i, ['dingtalk']],
  [/\bAlipayClient\//i, ['alipay']],
  [/\b(Lark|Feishu)\//i, ['feishu', 'lark']],
  // QQ's own, and not the browser that is called after it.
  [/(^|\s)QQ\//i, ['qq']],
]

/** Names of providers, empty in any other browser. */
export function appsOf(userAgent: string): readonly string[] {
  return marks.find(([mark]) => mark.test(userAgent))?.[1] ?? []
}
