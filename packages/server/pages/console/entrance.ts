/** The way in: by the key of the console, by scanning a code with the phone of an administrator, or by either. */
import { define } from 'scanlogin/element'
import type { Language } from '../messages.ts'
import { element } from '../page/dom.ts'
import { meta } from '../page/meta.ts'
import { type Closed, enter, leave } from './calls.ts'
import type { ConsoleWords } from './words.ts'

export interface EntranceOptions {
  why: Closed
  words: ConsoleWords
  language: Language
  entered: () => void
}

export function mountEntrance(root: HTMLElement, { why, words: first, language: spoken, entered }: EntranceOptions) {
  let words = first
  let language = spoken
  define()

  function draw(): void {
    const { entrance } = words
    if (why === 'trouble') {
      const again = element('button', { type: 'button', class: 'button primary' }, entrance.retry)
      again.addEventListener('click', entered)
      root.replaceChildren(element('div', { class: 'panel entrance' }, element('p', {}, entrance.trouble), again))
      return
    }
    const stranger = why === 'stranger' && strangerNote()
    const ways = [meta('console-people') === 'true' && why !== 'stranger' && byPhone(), byKey()]
    root.replaceChildren(element('div', { class: 'panel entrance' }, stranger, ...ways))
  }

  function strangerNote(): HTMLElement {
    const out = element('button', { type: 'button', class: 'button quiet' }, words.entrance.signOut)
    out.addEventListener('click', async () => {
      await leave('session')
      entered()
    })
    return element('div', { class: 'stack' }, element('p', { role: 'alert' }, words.entrance.stranger), out)
  }

  function byPhone(): HTMLElement {
    const code = document.createElement('scan-login')
    code.lang = language
    code.addEventListener('scan-login-signed-in', entered)
    return element('section', { class: 'stack' }, element('h2', {}, words.entrance.byPhone), code)
  }

  function byKey(): HTMLElement | false {
    if (meta('console-key') !== 'true') return false
    const { entrance } = words
    // Browsers keep a key under a name.
    const name = { type: 'text', name: 'username', autocomplete: 'username', value: 'scanlogin', hidden: '' }
    const key = element('input', { type: 'password', id: 'key', autocomplete: 'current-password', required: '' })
    const trouble = element('p', { class: 'trouble', role: 'alert' })
    const button = element('button', { class: 'button primary' }, entrance.open)
    const label = element('label', { for: 'key' }, entrance.key)
    const form = element('form', { class: 'stack' }, label, element('input', name), key, trouble, button)
    form.addEventListener('submit', async event => {
      event.preventDefault()
      button.disabled = true
      trouble.textContent = ''
      const result = await enter(key.value)
      button.disabled = false
      if (result === 'in') return entered()
      trouble.textContent = words.entrance.refused[result]
      key.select()
    })
    return form
  }

  draw()
  return {
    speak(next: ConsoleWords, spoken: Language) {
      words = next
      language = spoken
      draw()
    },
  }
}
