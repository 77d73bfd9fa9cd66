/** `scanlogin/connectors`: people who are known to Alipay, DingTalk, Feishu or Lark, QQ or WeCom. WeChat has a door of its own. */
export { type AlipayHosts, type AlipayOptions, alipay } from './connectors/alipay/alipay.ts'
export type { CallerOptions, Fetch } from './connectors/calls/caller.ts'
export type {
  Arrival,
  Arrived,
  Asking,
  AttemptCookie,
  CallingBrowser,
  Connector,
  FrameAttributes,
  Identity,
  Refused,
  Shown,
  Started,
  StartRequest,
  Way,
} from './connectors/connector.ts'
export { type ConnectorOptions, createConnector } from './connectors/create-connector.ts'
export { type DingtalkHosts, type DingtalkOptions, dingtalk } from './connectors/dingtalk/dingtalk.ts'
export type { ConnectorEvent, ProviderCall } from './connectors/event.ts'
export { type FeishuHosts, type FeishuOptions, feishu } from './connectors/feishu/feishu.ts'
export type { Page, Provider, ReturnedVisit, Visit, Word } from './connectors/provider.ts'
export { type QqHosts, type QqOptions, qq } from './connectors/qq/qq.ts'
export { ConnectorError, type ConnectorErrorCode, refusalCodes, refusalRow } from './connectors/refusal.ts'
export { type WecomHosts, type WecomOptions, wecom } from './connectors/wecom/wecom.ts'
