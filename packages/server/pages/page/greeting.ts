/** "Hello, Alice", and the way out. */
import type { Messages } from '../messages.ts'
import { element } from './dom.ts'
import { linkMeta } from './meta.ts'
import { endSession, type SignedInUser } from './session.ts'

/** Draws the greeting; `onSignedOut` once the session has ended. */
export function greeting(user: SignedInUser, messages: Messages, onSignedOut: () => void): HTMLElement {
  const { hello, signedIn, sessions, account, signOut, signOutFailed } = messages.greeting
  const accountPage = linkMeta('account-page')
  const name = user.name ?? user.id
  const button = element('button', { type: 'button', class: 'button quiet' }, signOut)
  const trouble = element('p', { class: 'trouble', role: 'alert' })
  button.addEventListener('click', async () => {
    button.disabled = true
    if (await endSession()) return onSignedOut()
    button.disabled = false
    trouble.textContent = signOutFailed
  })
  return element(
    'section',
    { class: 'greeting' },
    portrait(name),
    element('h2', { tabindex: '-1' }, hello(name)),
    element('p', { class: 'muted' }, signedIn),
    button,
    trouble,
    element('a', { class: 'link', href: '/sessions' }, sessions),
    // Only where the server keeps accounts.
    accountPage !== undefined && element('a', { class: 'link', href: accountPage }, account),
  )
}

/** A disc with the first letter of a name. */
export function portrait(name: string): HTMLElement {
  const [first] = new Intl.Segmenter().segment(name)
  return element('span', { class: 'portrait', 'aria-hidden': 'true' }, first?.segment.toUpperCase() ?? '')
}
