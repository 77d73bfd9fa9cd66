/** The button that ends a sign-in, and the question before it does. */
import { element } from '../../page/dom.ts'
import type { Spoken } from '../dashboard.ts'

export interface Ending {
  readonly root: HTMLElement
  /** What the button says, in this language. */
  say(spoken: Spoken): void
  /** The button as at first, without a question. */
  reset(): void
}

/** `end` resolves with what has to be said, or nothing. */
export function mountEnding(end: () => Promise<string | undefined>): Ending {
  const go = element('button', { type: 'button', class: 'button deny' })
  const question = element('p', { id: 'ticket-question', tabindex: '-1' })
  const yes = element('button', { type: 'button', class: 'button deny' })
  const no = element('button', { type: 'button', class: 'button quiet' })
  const choice = element('div', { class: 'choice' }, yes, no)
  const asked = element('div', { class: 'stack', role: 'group', 'aria-labelledby': question.id }, question, choice)
  const trouble = element('p', { class: 'trouble', role: 'alert' })
  const root = element('div', { class: 'stack' }, go, asked, trouble)

  let busy = false

  function ask(): void {
    trouble.textContent = ''
    go.hidden = true
    asked.hidden = false
    // Read out before anything can be pressed.
    question.focus({ preventScroll: true })
    asked.scrollIntoView({ block: 'nearest' })
  }

  function reset(): void {
    go.hidden = false
    asked.hidden = true
    trouble.textContent = ''
  }

  go.addEventListener('click', ask)
  no.addEventListener('click', () => {
    reset()
    go.focus()
  })
  yes.addEventListener('click', async () => {
    // A button that is disabled loses the focus, and with it the place of who came by keyboard.
    if (busy) return
    busy = true
    const said = await end()
    busy = false
    reset()
    trouble.textContent = said ?? ''
    if (said !== undefined) go.focus()
  })
  reset()

  return {
    root,
    say({ words: { ticket } }) {
      go.textContent = ticket.end
      question.textContent = ticket.question
      yes.textContent = ticket.yes
      no.textContent = ticket.no
    },
    reset,
  }
}
