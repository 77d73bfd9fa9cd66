/** The field that takes a ticket as the log names it. */
import { element } from '../../page/dom.ts'
import type { Spoken } from '../dashboard.ts'

export interface Search {
  readonly root: HTMLElement
  readonly input: HTMLInputElement
  /** Says what came of a ticket that was asked for elsewhere. */
  tell(mark: string, outcome: Outcome): void
  speak(spoken: Spoken): void
}

type Outcome = 'open' | 'unknown' | 'trouble'

export function mountSearch(open: (mark: string) => Promise<Outcome>): Search {
  const title = element('h2', { id: 'find' })
  const label = element('label', { for: 'mark' })
  const plain = { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', 'aria-describedby': 'found' }
  const input = element('input', { id: 'mark', required: '', maxlength: '40', ...plain })
  const button = element('button', { class: 'button quiet' })
  const result = element('p', { id: 'found', class: 'small', role: 'status' })
  const row = element('div', { class: 'row' }, input, button)
  const form = element('form', { class: 'stack' }, label, row, result)
  const root = element('section', { class: 'panel find', 'aria-labelledby': title.id }, title, form)
  let outcome: Outcome = 'open'
  let words: Spoken['words']['find'] | undefined

  function say(): void {
    result.textContent = outcome === 'open' ? '' : (words?.[outcome] ?? '')
  }

  form.addEventListener('submit', async event => {
    event.preventDefault()
    button.disabled = true
    // As it is copied from a line of the log, with the quotes around it.
    outcome = await open(input.value.replace(/[\s"',]/g, ''))
    button.disabled = false
    say()
    if (outcome !== 'open') input.focus()
  })

  return {
    root,
    input,
    tell(mark, came) {
      input.value = mark
      outcome = came
      say()
      input.focus()
    },
    speak({ words: { find } }) {
      words = find
      title.textContent = find.title
      label.textContent = find.label
      button.textContent = find.open
      say()
    },
  }
}
