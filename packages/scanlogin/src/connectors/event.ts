/** What connectors do, for an audit log and for counts. No secret, code, token or openid is in it. */
import type { Way } from './connector.ts'
import type { ConnectorErrorCode } from './refusal.ts'

export interface ConnectorEvent {
  readonly type: 'started' | 'identified' | 'refused'
  readonly provider: string
  /** ms since the epoch. */
  readonly at: number
  /** 12 characters, the start of a digest: the same in all events of one attempt. */
  readonly attempt?: string
  /** A scene's code of an official account and a mini program have ways of their own, beside those of connectors. */
  readonly way?: Way | 'scene' | 'mini'
  /** Why, with `refused`. */
  readonly code?: ConnectorErrorCode
  /** The provider's own number or name of the error. */
  readonly errcode?: string
  readonly reference?: string
  readonly detail?: string
}

/** One call to a provider, as a metric needs it. */
export interface ProviderCall {
  readonly provider: string
  /** The path of the call, such as `/sns/userinfo`, without its parameters; of Alipay's, the method. */
  readonly call: string
  readonly ms: number
  /** The status of the answer, or what came instead of one. */
  readonly result: number | 'provider_silent' | 'provider_unreachable' | 'provider_unintelligible'
  /** Why there was nothing to go on with: no answer, or one that refuses, whatever its status. Absent for a good one. */
  readonly code?: ConnectorErrorCode
}
