/**
 * What one provider has of its own: the address of its page, the words of its callback, and the calls by which a code
 * becomes an identity. It keeps nothing; all that lasts is `createConnector`'s.
 */
import type { Asking, FrameAttributes, Identity, Shown, Way } from './connector.ts'

export interface Provider {
  /** `wechat`, `dingtalk` …: lower case, part of addresses and of every identity. */
  readonly name: string
  readonly ways: readonly Way[]
  /** For the way `website`; absent where its page cannot stand in a frame. */
  readonly frame?: FrameAttributes
  page(visit: Visit): Page
  /** What the callback says; `state` is checked already. */
  read(query: URLSearchParams): Word
  /** Exchanges the code, which is done once. Throws `ConnectorError` for everything a person may come upon. */
  identify(code: string, visit: ReturnedVisit): Promise<Identity>
}

/** `refused`: the person said no. `missing`: nobody can tell. */
export type Word = { readonly code: string } | 'refused' | 'missing'

export interface Page {
  readonly address: string
}

export interface Visit {
  readonly way: Way
  readonly shown: Shown
  /** Providers that have no silent way may ask for everything. */
  readonly ask: Asking
  /** 64 hexadecimal digits. */
  readonly state: string
  readonly redirectUri: string
  readonly language: 'en' | 'zh' | undefined
  /** PKCE S256, for providers that know it. */
  readonly codeChallenge: string
}

export interface ReturnedVisit {
  readonly way: Way
  readonly ask: Asking
  readonly redirectUri: string
  readonly codeVerifier: string
}
