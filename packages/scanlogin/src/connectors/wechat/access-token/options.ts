/** How an app's server token is kept, and who hears of it. */
import type { Clock } from '../../../core/clock.ts'
import type { Random } from '../../../core/secrets/random.ts'
import type { Store } from '../../../core/store.ts'
import type { CallerOptions } from '../../calls/caller.ts'
import type { ConnectorErrorCode } from '../../refusal.ts'
import type { WechatApp, WechatHosts } from '../wechat.ts'
import type { TokenKind } from './ask.ts'

export interface AccessTokenOptions extends Omit<CallerOptions, 'clock'> {
  /** An official account or a mini program. */
  app: WechatApp
  /** One that all nodes share. The token in it is sealed with a key made from the app's secret. */
  store: Store
  /**
   * Default `stable`. `ordinary` is for a fleet in which something else still calls `/cgi-bin/token` and hands the same
   * token round.
   */
  kind?: TokenKind
  hosts?: Pick<WechatHosts, 'api'>
  /** Seconds between two replacements of tokens that WeChat refused, at least 30. Default 30; twice as many each time. */
  interval?: number
  /** Seconds that a node uses its own copy at most, renewed behind it from the middle on; 0 to 240. Default 60. */
  copyTtl?: number
  /** Default: nobody hears. */
  onRenewal?: (event: RenewalEvent) => void
  /** Default: the store's, or the system's where the store has none. */
  clock?: Clock
  /** Default: the runtime's generator. */
  random?: Random
}

export interface RenewalEvent {
  readonly type: 'renewed' | 'renewal_failed'
  readonly appId: string
  /** ms since the epoch. */
  readonly at: number
  /** Why, with `renewal_failed`. */
  readonly code?: ConnectorErrorCode
  /** WeChat's own number of the error. */
  readonly errcode?: string
}
