/** QR sign-in in a browser, without a screen. */
export type { Fetch } from './browser/calls.ts'
export { type Client, type ClientOptions, createClient } from './browser/client.ts'
export { type BrowserKey, openBrowserKey, type ProveOptions } from './browser/key/browser-key.ts'
export type { Memory } from './browser/key/memory.ts'
export { type RenewalOptions, type Renewed, renewSession } from './browser/key/renewal.ts'
export type { Page, PageChange } from './browser/page.ts'
export type {
  ClientState,
  ConfirmedState,
  DeniedState,
  ErrorState,
  HandedOverState,
  OfflineState,
  OtherAccountState,
  Problem,
  ScannedState,
  SignedInState,
  VerifyingState,
  WaitingState,
} from './browser/state.ts'
export type { ClientClock } from './browser/timing.ts'
