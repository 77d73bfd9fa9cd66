/** What an administrator can do. It is drawn once: who types here is not interrupted by the next look. */
import { element } from '../page/dom.ts'
import { halt, lift, signOut } from './calls.ts'
import type { Spoken } from './dashboard.ts'
import type { Figures } from './figures.ts'

export interface Actions {
  readonly root: HTMLElement
  draw(figures: Figures, spoken: Spoken): void
}

type Words = Spoken['words']['actions']

export function mountActions(): Actions {
  let words: Words | undefined
  let halted: string | undefined
  const stop = form('reason', async reason => {
    const done = await (halted === undefined ? halt(reason) : lift())
    return words && (done ? words.done : words.failed)
  })
  const end = form('user', async user => {
    const ended = await signOut(user)
    return words && (ended === undefined ? words.failed : words.ended(ended))
  })
  const state = element('p', { role: 'status' })
  stop.title.after(state)
  const root = element('section', { class: 'panel actions' }, stop.root, end.root)

  return {
    root,
    draw(figures, spoken) {
      words = spoken.words.actions
      halted = figures.halted
      const stopped = halted !== undefined
      root.setAttribute('aria-label', words.title)
      const text = halted === undefined ? words.haltLead : words.halted(halted)
      if (state.textContent !== text) state.textContent = text
      state.className = stopped ? 'halted' : 'muted small'
      stop.say(words.halt, words.reason, stopped ? words.lift : words.halt)
      stop.asks(stopped ? 'nothing' : 'text')
      end.say(words.signOut, words.user, words.end)
    },
  }
}

function form(id: string, act: (text: string) => Promise<string | undefined>) {
  const title = element('h2')
  const label = element('label', { for: id })
  const input = element('input', { id, required: '', maxlength: '200', autocomplete: 'off' })
  const button = element('button', { class: 'button quiet' })
  const result = element('p', { role: 'status' })
  const root = element('form', { class: 'stack' }, title, label, input, button, result)
  root.addEventListener('submit', async event => {
    event.preventDefault()
    button.disabled = true
    result.textContent = (await act(input.value)) ?? ''
    button.disabled = false
    input.value = ''
  })
  return {
    root,
    title,
    say(heading: string, asked: string, go: string) {
      title.textContent = heading
      label.textContent = asked
      button.textContent = go
    },
    asks(what: 'text' | 'nothing') {
      label.hidden = input.hidden = what === 'nothing'
      input.required = what === 'text'
    },
  }
}
