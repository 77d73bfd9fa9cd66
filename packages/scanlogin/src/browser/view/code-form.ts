/** Where the digits from the phone are typed. */
import { create, say } from './dom.ts'
import type { FormScene } from './scene.ts'

export interface CodeForm {
  readonly root: HTMLElement
  /** `undefined` hides and empties it. */
  show(scene: FormScene | undefined): void
  focus(): void
}

export function createCodeForm(document: Document, submit: (checkCode: string) => void): CodeForm {
  const el = create(document)
  const input = el('input', {
    part: 'input',
    name: 'check_code',
    inputmode: 'numeric',
    autocomplete: 'one-time-code',
    'aria-describedby': 'error',
    required: '',
  })
  const error = el('p', { class: 'error', part: 'error', id: 'error', role: 'alert' })
  const button = el('button', { class: 'primary', part: 'button', type: 'submit' })
  const root = el('form', { part: 'form', novalidate: '' }, input, error, button)
  let digits = 0
  let busy = false

  function send(): void {
    if (!busy && input.value.length === digits) submit(input.value)
  }

  input.addEventListener('input', () => {
    input.value = input.value.replace(/\D/g, '').slice(0, digits)
    send()
  })
  root.addEventListener('submit', event => {
    event.preventDefault()
    send()
  })

  return {
    root,
    show(scene) {
      root.hidden = !scene
      // A code that was wrong, or one that was right once, is not offered again.
      if (!scene || (busy && !scene.busy)) input.value = ''
      digits = scene?.digits ?? 0
      busy = scene?.busy ?? false
      input.placeholder = '–'.repeat(digits)
      // Read-only, not disabled: a disabled field would lose the focus while the server is asked.
      input.readOnly = busy
      input.ariaLabel = scene?.label ?? ''
      input.ariaInvalid = String(scene?.error !== undefined)
      say(error, scene?.error)
      say(button, scene?.button)
    },
    focus: () => input.focus(),
  }
}
