/** A table that is wider than a phone scrolls by itself, also by keyboard. */
import { element } from '../page/dom.ts'

type Cell = string | Node

export function table(heads: readonly string[], rows: readonly (readonly Cell[])[], label: string): HTMLElement {
  const head = element('tr', {}, ...heads.map(text => element('th', { scope: 'col' }, text)))
  const body = rows.map(cells => element('tr', {}, ...cells.map(cell => element('td', {}, cell))))
  const whole = element('table', {}, element('thead', {}, head), element('tbody', {}, ...body))
  return element('div', { class: 'scroller', role: 'region', 'aria-label': label, tabindex: '0' }, whole)
}
