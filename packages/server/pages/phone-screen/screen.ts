/** Holds the one view that is shown: draws it, moves the focus, tells screen readers, and drops answers that come late. */
import { PhoneError } from 'scanlogin/phone'
import type { Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { draw } from './draw.ts'
import type { Scanner, Taps, View } from './view.ts'

export interface Screen {
  show(view: View): void
  /** Shows what `step` leads to, or what `otherwise` makes of a refusal, unless a later step or view came before. */
  lead(step: () => Promise<View>, otherwise: (error: PhoneError) => View): Promise<void>
  /** `true` from now on until something else is shown or led to. */
  lease(): () => boolean
  setMessages(messages: Messages): void
}

export interface ScreenOptions {
  messages: Messages
  scanner: Scanner
  signInUrl: string | undefined
  onView: (view: View) => void
  /** Asked for at the first view, so that the taps may know the screen. */
  taps: () => Taps
}

export function createScreen(root: HTMLElement, { messages, scanner, signInUrl, onView, taps }: ScreenOptions): Screen {
  const announcer = element('p', { class: 'unseen', role: 'status' })
  const place = element('div', { class: 'place' })
  root.replaceChildren(announcer, place)
  let wording = messages.phone
  let view: View | undefined
  let gone = new AbortController()
  let turn = 0
  /** Whether the person was last here. A button that is disabled loses the focus to the page, not to another part of it. */
  let held = false
  document.addEventListener('focusin', event => {
    held = event.target instanceof Node && place.contains(event.target)
  })

  function redraw(): void {
    if (!view) return
    gone.abort()
    gone = new AbortController()
    const focused = held && (document.activeElement === document.body || place.contains(document.activeElement))
    place.replaceChildren(draw(view, { taps: taps(), messages: wording, scanner, signInUrl, gone: gone.signal }))
    if (focused) place.querySelector<HTMLElement>('h2')?.focus({ preventScroll: true })
  }

  function lease(): () => boolean {
    const mine = ++turn
    return () => mine === turn
  }

  function show(next: View): void {
    turn++
    view = next
    redraw()
    place.scrollTop = 0
    announcer.textContent = place.querySelector('h2')?.textContent ?? ''
    onView(next)
  }

  return {
    show,
    async lead(step, otherwise) {
      const current = lease()
      let next: View
      try {
        next = await step()
      } catch (error) {
        if (!(error instanceof PhoneError)) throw error
        next = otherwise(error)
      }
      if (current()) show(next)
    },
    lease,
    setMessages(next) {
      wording = next.phone
      redraw()
    },
  }
}
