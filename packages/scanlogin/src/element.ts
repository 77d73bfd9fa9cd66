/** `<scan-login>`: QR sign-in as a custom element. Importing it does nothing; `define()` makes the tag known. */
export { define, ScanLogin, type ScanLoginEventMap } from './browser/element.ts'
export type { Messages } from './browser/messages.ts'
export { providerName } from './browser/ways/names.ts'
