/** Pieces that several views are made of. */
import type { Messages } from '../messages.ts'
import { element, icon } from '../page/dom.ts'

/** A view: its heading takes the focus when the view appears. */
export function card(kind: string, title: string, ...content: (Node | string | false | undefined)[]): HTMLElement {
  return element('section', { class: `view ${kind}` }, element('h2', { tabindex: '-1' }, title), ...content)
}

export function paragraph(text: string, kind = ''): HTMLElement {
  return element('p', kind ? { class: kind } : {}, text)
}

export function button(text: string, kind: string, onTap: () => void, drawing?: Parameters<typeof icon>[0]) {
  const made = element('button', { type: 'button', class: `button ${kind}` }, drawing && icon(drawing), text)
  made.addEventListener('click', onTap)
  return made
}

/** A round sign above the heading of what has ended. */
export function sign(drawing: Parameters<typeof icon>[0], kind: string): HTMLElement {
  return element('span', { class: `sign ${kind}` }, icon(drawing))
}

/** Minutes and seconds, `1:05`. */
export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** What policies have said, in words; a reason of a site's own policy is a rule of the site. Nothing for no reasons. */
export function reasonList(reasons: readonly string[], { reasons: words }: Messages['phone']): HTMLElement | undefined {
  const known = new Map<string, string>(Object.entries(words))
  const texts = new Set(reasons.map(reason => known.get(reason) ?? words.other))
  if (texts.size === 0) return undefined
  return element('ul', { class: 'reasons' }, ...[...texts].map(text => element('li', {}, text)))
}
