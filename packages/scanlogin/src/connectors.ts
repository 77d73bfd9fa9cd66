/** `scanlogin/connectors`: people who are known to Alipay, DingTalk, Feishu or Lark, QQ or WeCom. WeChat has a door of its own. */
export { type AlipayCertificates, type AlipayHosts, type AlipayOptions, alipay } from './connectors/alipay/alipay.ts'
export * from './connectors/contract.ts'
export { type DingtalkHosts, type DingtalkOptions, dingtalk } from './connectors/dingtalk/dingtalk.ts'
export { type FeishuHosts, type FeishuOptions, feishu } from './connectors/feishu/feishu.ts'
export { type QqHosts, type QqOptions, qq } from './connectors/qq/qq.ts'
export { type WecomHosts, type WecomOptions, wecom } from './connectors/wecom/wecom.ts'
