/** The QR code in the middle of a page that wants to know, here and now, who is there. */
import { define } from 'scanlogin/element'
import type { Language } from '../messages.ts'

export function signInAgain(language: Language, signedIn: () => void): HTMLElement {
  define()
  const code = document.createElement('scan-login')
  code.lang = language
  code.addEventListener('scan-login-signed-in', signedIn)
  return code
}
