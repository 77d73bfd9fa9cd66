/** The first views: whose phone this is (in the demo), and how the code gets into it. */

import type { DemoUser } from '../demo/users.ts'
import { element } from '../page/dom.ts'
import { portrait } from '../page/greeting.ts'
import { button, card, paragraph } from './parts.ts'
import type { Stage } from './view.ts'

export function drawUsers(users: readonly DemoUser[], { taps, messages }: Stage): HTMLElement {
  const { title, lead } = messages.users
  const choices = users.map(user => {
    const choice = element('button', { type: 'button', class: 'choice' }, portrait(user.name), user.name)
    choice.addEventListener('click', () => taps.choose(user))
    return element('li', {}, choice)
  })
  return card('users', title, paragraph(lead, 'muted'), element('ul', { class: 'choices' }, ...choices))
}

export function drawStart(user: DemoUser | undefined, stage: Stage): HTMLElement {
  const { start } = stage.messages
  return card(
    'start',
    start.title,
    paragraph(start.lead, 'muted'),
    button(start.scan, 'primary wide', stage.taps.openScanner, 'scan'),
    paragraph(start.or, 'divider'),
    userCodeForm(stage),
    user && whoseBar(user, stage),
  )
}

function userCodeForm({ taps, messages: { start } }: Stage): HTMLFormElement {
  const input = element('input', {
    id: 'user-code',
    name: 'user-code',
    type: 'text',
    maxlength: '16',
    autocomplete: 'off',
    autocapitalize: 'characters',
    autocorrect: 'off',
    spellcheck: 'false',
    placeholder: 'WDJB-MJHT',
    'aria-describedby': 'user-code-trouble',
  })
  const trouble = element('p', { class: 'trouble', id: 'user-code-trouble', role: 'alert' })
  const enter = element('button', { type: 'submit', class: 'button quiet' }, start.enter)
  const row = element('div', { class: 'row' }, input, enter)
  const form = element('form', {}, element('label', { for: 'user-code' }, start.userCode), row, trouble)
  form.noValidate = true
  form.addEventListener('submit', event => {
    event.preventDefault()
    // Looked at here, because every wrong guess at the server counts against the account.
    if (isUserCode(input.value)) return taps.type(input.value)
    input.setAttribute('aria-invalid', 'true')
    trouble.textContent = start.malformed
    input.focus()
  })
  return form
}

/** Eight letters without vowels, however they were typed. */
export function isUserCode(typed: string): boolean {
  return /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/i.test(typed.replace(/[\s-]/g, ''))
}

function whoseBar(user: DemoUser, { taps, messages: { start } }: Stage): HTMLElement {
  const change = element('button', { type: 'button', class: 'link' }, start.change)
  change.addEventListener('click', taps.changeUser)
  return element('p', { class: 'whose' }, portrait(user.name), start.signedInAs(user.name), change)
}
