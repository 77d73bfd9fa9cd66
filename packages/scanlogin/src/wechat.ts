/** `scanlogin/wechat`: people who are known to WeChat, in any browser and inside WeChat's own. */
export * from './connectors/contract.ts'
export {
  type AccessToken,
  type AccessTokens,
  createAccessTokens,
} from './connectors/wechat/access-token/access-tokens.ts'
export type { TokenKind } from './connectors/wechat/access-token/ask.ts'
export type { AccessTokenOptions, RenewalEvent } from './connectors/wechat/access-token/options.ts'
export type { WechatPicture } from './connectors/wechat/api.ts'
export type { WechatFrameStyle } from './connectors/wechat/pages.ts'
export { type WechatApp, type WechatHosts, type WechatOptions, wechat } from './connectors/wechat/wechat.ts'
export {
  createMiniCalls,
  type MiniCalls,
  type MiniCallsOptions,
  type MiniVersion,
} from './connectors/wechat-mini/mini-calls.ts'
export {
  type AccountCalls,
  type AccountCallsOptions,
  createAccountCalls,
} from './connectors/wechat-scene/account-calls.ts'
export {
  createPushGate,
  type PushGate,
  type PushGateOptions,
  type PushQuery,
  type SealedReply,
} from './connectors/wechat-scene/push-gate.ts'
