/** The browser's side: greets who is signed in, shows `<scan-login>` to everybody else, and turns from one to the other. */
import { define, type ScanLogin } from 'scanlogin/element'
import { waysOfPage } from '../connectors/offers.ts'
import type { Language, Messages } from '../messages.ts'
import { greeting } from './greeting.ts'
import { readSession, type SignedInUser } from './session.ts'

export interface SignInPane {
  /** What the QR code says at this moment; `undefined` while none is shown. */
  payload(): string | undefined
  speak(messages: Messages, language: Language): void
}

export interface SignInPaneOptions {
  messages: Messages
  language: Language
  /** Hears who is signed in, and `undefined` when nobody is. */
  onUser?: (user: SignedInUser | undefined) => void
  /** Hears which way to sign in is shown: `app` is our own code. */
  onWay?: (way: string) => void
}

export function mountSignIn(root: HTMLElement, options: SignInPaneOptions): SignInPane {
  const { onUser = () => {}, onWay = () => {} } = options
  let { messages, language } = options
  let user: SignedInUser | undefined
  let code: ScanLogin | undefined

  function offer(): void {
    user = undefined
    code = document.createElement('scan-login')
    code.lang = language
    code.setAttribute('ways', waysOfPage().join(' '))
    code.addEventListener('scan-login-way', event => onWay(event.detail))
    code.addEventListener('scan-login-signed-in', event => {
      // With a return address the element is about to leave this page.
      if (event.detail.returnTo === undefined) greet(event.detail.user)
    })
    root.replaceChildren(code)
    onWay(code.way)
    onUser(undefined)
  }

  function greet(known: SignedInUser): void {
    user = known
    code = undefined
    root.replaceChildren(greeting(known, messages, offer))
    root.querySelector('h2')?.focus({ preventScroll: true })
    onUser(known)
  }

  async function begin(): Promise<void> {
    const known = await readSession()
    if (known) greet(known)
    else offer()
  }

  define()
  void begin()
  return {
    payload: () => code?.payload,
    speak(words, spoken) {
      messages = words
      language = spoken
      if (code) code.lang = spoken
      if (user) root.replaceChildren(greeting(user, words, offer))
    },
  }
}
