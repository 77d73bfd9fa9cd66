/**
 * The element's insides: built once, then only changed where a scene differs, so that a screen reader hears a change
 * once and the focus stays where it was.
 */
import { fill, type Messages } from '../messages.ts'
import { drawQr } from '../qr-svg.ts'
import { createCodeForm } from './code-form.ts'
import { createCountdown } from './countdown.ts'
import { create, say } from './dom.ts'
import { drawIcon, type IconName } from './icons.ts'
import type { Scene, SceneAction } from './scene.ts'

export interface ViewActions {
  start(): void
  refresh(): void
  /** Goes on as another account than the last. */
  redeem(): void
  verify(checkCode: string): void
  /** Asks again for a code that another way to the ticket shows. */
  redraw(): void
}

export interface CodeOnScreen {
  readonly qrUrl: string
  readonly userCode: string
}

/** A code that is drawn elsewhere, with what is said about it. */
export interface Drawing {
  readonly drawing: Element
  readonly hint: string
}

export interface View {
  readonly root: HTMLElement
  /** With `other` in the place of our own code. */
  show(scene: Scene, words: Messages, lang: string, other?: Drawing): void
  /** Draws another code; `undefined` takes it from the screen. */
  drawCode(code: CodeOnScreen | undefined): void
  /** Seconds left of the present state. */
  tick(secondsLeft: number): void
}

export interface ViewOptions {
  document: Document
  actions: ViewActions
  /** Offers to go on in this browser in place of a code. */
  onPhone: boolean
}

export function createView({ document, actions, onPhone }: ViewOptions): View {
  const el = create(document)
  const heading = el('h2', { part: 'title' })
  const hint = el('p', { class: 'hint', part: 'hint' })
  const code = el('div', { class: 'code', part: 'code', role: 'img' })
  const sign = el('div', { class: 'sign', part: 'icon', 'aria-hidden': 'true' })
  const headline = el('p', { class: 'headline', part: 'headline' })
  const text = el('p', { class: 'text', part: 'text' })
  const status = el('div', { role: 'status', 'aria-live': 'polite' }, headline, text)
  const form = createCodeForm(document, actions.verify)
  const button = el('button', { class: 'primary', part: 'button', type: 'button' })
  const here = el('a', { class: 'primary link', part: 'button link', target: '_blank', rel: 'noopener' })
  const codeInstead = el('button', { class: 'quiet', part: 'secondary-button', type: 'button' })
  const cover = el('div', { class: 'cover', part: 'cover' }, sign, status, form.root, button, here, codeInstead)
  const frame = el('div', { class: 'frame', part: 'frame' }, code, cover)
  const countdown = createCountdown(document)
  const notice = el('p', { class: 'notice', part: 'notice', role: 'status' })
  const wayOut = el('button', { class: 'quiet way-out', part: 'secondary-button', type: 'button' })
  const summary = el('summary', {})
  const typeInstead = el('p', {})
  const userCode = el('output', { class: 'user-code', part: 'user-code' })
  const typed = el('div', { class: 'typed' }, typeInstead, userCode)
  const fallback = el('details', { part: 'fallback' }, summary, typed)
  const below = [countdown.root, notice, wayOut, fallback]
  const card = el('section', { class: 'card', part: 'card', tabindex: '-1' }, heading, frame, hint, ...below)

  let action: SceneAction = 'refresh'
  let wantsCode = !onPhone
  let drawn: CodeOnScreen | undefined
  let own: readonly Element[] = []
  let last: Parameters<View['show']> | undefined
  let icon: IconName | 'spinner' | undefined

  button.addEventListener('click', () => actions[action]())
  wayOut.addEventListener('click', () => actions.refresh())
  codeInstead.addEventListener('click', () => {
    wantsCode = true
    if (last) show(...last)
    keepFocus(true)
  })

  function show(...[scene, words, lang, other]: Parameters<View['show']>): void {
    last = [scene, words, lang, other]
    const hadFocus = card.matches(':focus-within')
    const onDevice = scene.kind === 'code' && !wantsCode && !other
    const kind = onDevice ? 'device' : scene.kind
    if (card.dataset.kind !== kind) countdown.restart()
    card.lang = lang
    card.dataset.kind = kind
    say(heading, words.title)
    say(hint, other?.hint ?? words.hint)
    hint.hidden = kind !== 'code'
    code.ariaLabel = other ? words.otherCodeLabel : words.codeLabel
    drawInside(other ? [other.drawing] : own)
    code.ariaHidden = String(kind !== 'code')
    drawSign(onDevice ? 'phone' : (scene.icon ?? (scene.kind === 'busy' ? 'spinner' : undefined)))
    say(headline, onDevice ? words.sameDeviceText : scene.title)
    say(text, onDevice ? undefined : scene.text)
    const asksAnew = scene.form?.busy === false && (form.root.hidden || scene.form.error !== undefined)
    form.show(scene.form)
    action = scene.action?.does ?? 'refresh'
    say(button, scene.action?.label)
    say(here, onDevice ? words.sameDevice : undefined)
    say(codeInstead, onDevice ? words.codeInstead : undefined)
    say(notice, scene.notice)
    say(wayOut, scene.wayOut)
    countdown.show(onDevice ? undefined : scene.timer)
    showFallback(kind === 'code' && !other ? words : undefined)
    // People come back from the phone to type: if nothing else on the page has the focus, the field takes it.
    if (asksAnew && (hadFocus || document.activeElement === document.body)) form.focus()
    else keepFocus(hadFocus)
  }

  function drawInside(drawings: readonly Element[]): void {
    if (code.firstElementChild !== (drawings[0] ?? null)) code.replaceChildren(...drawings)
  }

  function showFallback(words: Messages | undefined): void {
    fallback.hidden = !words || !drawn
    if (!words || !drawn) return
    say(summary, words.cannotScan)
    const { host, pathname } = new URL(drawn.qrUrl)
    say(typeInstead, fill(words.typeInstead, { address: `${host}${pathname}` }))
    say(userCode, drawn.userCode)
  }

  function drawSign(next: IconName | 'spinner' | undefined): void {
    sign.hidden = !next
    if (next === icon) return
    icon = next
    sign.replaceChildren(
      ...(next ? [next === 'spinner' ? el('div', { class: 'spinner' }) : drawIcon(next, document)] : []),
    )
  }

  /** What had the focus may be gone now. It then goes to what people need next, and never jumps in from elsewhere. */
  function keepFocus(hadFocus: boolean): void {
    if (!hadFocus || isSeen(card.querySelector<HTMLElement>(':focus'))) return
    const next = [button, here, summary].find(isSeen) ?? card
    next.focus()
  }

  return {
    root: card,
    show,
    drawCode(next) {
      if (next?.qrUrl === drawn?.qrUrl) return
      drawn = next
      own = next ? [drawQr(next.qrUrl, document)] : []
      if (next) here.setAttribute('href', next.qrUrl)
      else here.removeAttribute('href')
    },
    tick: countdown.tick,
  }
}

function isSeen(element: HTMLElement | null): element is HTMLElement {
  return element !== null && element.getClientRects().length > 0
}
