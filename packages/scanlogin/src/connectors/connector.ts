/**
 * A connector brings people who are known to somebody else: to WeChat, to DingTalk, to a company's directory.
 *
 *     browser ── start ──▶ the provider's page ── callback ──▶ an identity, or why there is none
 *
 * It ends with an identity and knows nothing of users: whose account that is, and whether anybody signs in, is the
 * host's to say. `createConnector` keeps what all providers have in common: the state that is bound to one browser, and
 * a code that is exchanged once. A provider is the rest, see `provider.ts`.
 */
import type { ConnectorErrorCode } from './refusal.ts'

/** Who a provider says this is. */
export interface Identity {
  /** `wechat`, `dingtalk` … */
  readonly provider: string
  /** The app or tenant within which `subject` means somebody. */
  readonly appId: string
  /** The openid, or what the provider calls it. It never changes. */
  readonly subject: string
  /** The same in all apps of one owner at that provider. It may appear late, or never. */
  readonly unionId?: string
  /** For display only: anybody may choose any name. */
  readonly name?: string
  /** An https address, which dies when the person changes the picture. */
  readonly avatar?: string
}

/**
 * Where the person is: in some browser, which is sent to the provider's page (`website`), or in the browser inside the
 * provider's own app, which knows them already (`inside`).
 */
export type Way = 'website' | 'inside'

/** Whether the provider's page takes the whole window or stands in a frame of ours. */
export type Shown = 'window' | 'frame'

export type Asking = 'id' | 'profile'

export interface Connector {
  readonly provider: string
  readonly ways: readonly Way[]
  /** What a frame around the provider's page needs; absent where it cannot stand in one. */
  readonly frame?: FrameAttributes
  /** Throws `LoginError('invalid_request')` for a way that this provider does not have and a return address not listed. */
  start(request: StartRequest): Promise<Started>
  /**
   * What came of it. Repeated by the same browser within seconds it gives the same answer, on whichever node, and asks
   * the provider nothing. Throws only where the store does.
   */
  callback(query: URLSearchParams, browser: CallingBrowser): Promise<Arrival>
}

export interface StartRequest {
  readonly way: Way
  /** Default `window`. */
  readonly shown?: Shown
  /**
   * `id` tells who it is and nothing more, which some providers do without asking the person. Default `profile`.
   */
  readonly ask?: Asking
  /** Where the browser goes afterwards: one of the listed addresses, to the letter. */
  readonly returnTo?: string
  /** What the provider's page is written in, where that can be chosen. Default: the provider's own. */
  readonly language?: 'en' | 'zh'
}

export interface Started {
  /** Where the browser, or the frame, goes now. */
  readonly address: string
  /** Binds the attempt to this browser. Set it HttpOnly, SameSite=Lax, for the whole host. */
  readonly cookie: AttemptCookie
}

export interface FrameAttributes {
  /** For `frame-src` in the content security policy of the page around it. */
  readonly origin: string
  readonly sandbox: string
  readonly allow: string
  /** CSS pixels. */
  readonly width: number
  readonly height: number
}

export interface AttemptCookie {
  readonly name: string
  readonly value: string
  /** Seconds; 0 takes it back. */
  readonly maxAge: number
}

/** What the host reads of the request that brought the callback. */
export interface CallingBrowser {
  cookie(name: string): string | undefined
}

export type Arrival = Arrived | Refused

export interface Arrived {
  readonly outcome: 'identity'
  readonly identity: Identity
  readonly way: Way
  /** What was asked for: an identity by `id` lacks name, picture, and with some providers its `unionId`. */
  readonly ask: Asking
  readonly returnTo?: string
  /** 256 bits, the same at every repetition, known to nobody else: for the session that the host may open. */
  readonly token: string
  /** Takes the attempt's cookie back once nothing is to be repeated any more; setting it earlier loses the repetition. */
  readonly cookie: AttemptCookie
}

export interface Refused {
  readonly outcome: 'refused'
  readonly code: ConnectorErrorCode
  /** Absent where the attempt itself is not known. */
  readonly way?: Way
  readonly returnTo?: string
  /** What the provider's support asks for. */
  readonly reference?: string
}
