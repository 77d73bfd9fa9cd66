/** Asks the phone's owner to show that it is them, where the sign-in needs that; saying no stays as easy. */
import { element } from '../page/dom.ts'
import { armWhenSeen } from '../phone-screen/arming.ts'
import { button, card, paragraph } from '../phone-screen/parts.ts'
import type { Stage, VerifyView } from '../phone-screen/view.ts'

export function drawVerify(view: VerifyView, { taps, messages: { verify, ask }, gone }: Stage): HTMLElement {
  const { kind } = view.passkey
  const { title, lead } = verify[kind]
  const deny = button(ask.deny, 'deny', () => decide(taps.deny), 'cross')
  const buttons = [deny]
  if (kind !== 'unavailable')
    buttons.push(button(verify[kind].go, 'confirm', () => decide(() => taps.verify(view)), 'check'))
  const choice = element('div', { class: 'choice-bar' }, ...buttons)

  function decide(tap: (question: VerifyView['question']) => void): void {
    for (const one of buttons) one.disabled = true
    tap(view.question)
  }

  armWhenSeen(choice, buttons, gone)
  return card(
    'verify',
    title,
    paragraph(lead, 'muted'),
    view.failed && element('p', { class: 'trouble', role: 'alert' }, verify.failed),
    element('div', { class: 'decision' }, choice),
  )
}
