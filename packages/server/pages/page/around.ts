/** Above a page about a person's own things: the way back, and the other such page where there is one. */
import type { Messages } from '../messages.ts'
import { element, icon } from './dom.ts'
import { linkMeta } from './meta.ts'

export function drawAround(place: HTMLElement, { greeting }: Messages, other: 'sessions' | 'account'): void {
  // Only where the server keeps accounts is there a page about them.
  const address = other === 'sessions' ? '/sessions' : linkMeta('account-page')
  place.setAttribute('aria-label', greeting.around)
  place.replaceChildren(
    element('a', { class: 'link', href: '/' }, icon('back'), greeting.back),
    ...(address === undefined ? [] : [element('a', { class: 'link', href: address }, greeting[other])]),
  )
}
