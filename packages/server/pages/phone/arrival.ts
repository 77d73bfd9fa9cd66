/**
 * How the person came here. A camera or an app opens this page by itself; a code that another page has sent them to is
 * not one that they have scanned, and to scan it would already tell that page who they are, by one letter, and bind
 * their account to it. So they are asked first.
 */

import { element } from '../page/dom.ts'
import { meta } from '../page/meta.ts'
import { armWhenSeen } from '../phone-screen/arming.ts'
import { button, card, paragraph } from '../phone-screen/parts.ts'
import type { Stage } from '../phone-screen/view.ts'

/** `true` where another page led here; the server has seen it, or else the browser says so. */
export function sentByAnotherPage(): boolean {
  const site = meta('arrival')
  if (site !== undefined) return site === 'cross-site' || site === 'same-site'
  return URL.canParse(document.referrer) && new URL(document.referrer).origin !== location.origin
}

export function drawArrival(code: string, { taps, messages: { arrival }, gone }: Stage): HTMLElement {
  const no = button(arrival.no, 'deny', () => taps.open(undefined), 'cross')
  const yes = button(arrival.yes, 'confirm', () => taps.open(code), 'check')
  const choice = element('div', { class: 'choice-bar' }, no, yes)
  armWhenSeen(choice, [no, yes], gone)
  return card(
    'arrival',
    arrival.title,
    paragraph(arrival.lead),
    paragraph(arrival.fraud, 'muted'),
    element('div', { class: 'decision' }, choice),
  )
}
