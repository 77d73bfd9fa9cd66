/** The few numbers that say whether all is well. */
import { element } from '../page/dom.ts'
import type { Spoken } from './dashboard.ts'
import { type Figures, type Quantiles, total } from './figures.ts'

export function drawNow(figures: Figures, { words, language }: Spoken): HTMLElement[] {
  const { now } = words
  const plain = (value: number) => new Intl.NumberFormat(language).format(value)
  const errors = total(figures, 'failed')
  const tiles = [
    tile(now.waiting, plain(figures.waiting)),
    tile(now.rate, plain(total(figures, 'redeemed', slicesIn(figures, 60_000)))),
    tile(now.answers, quantiles(figures.answers, now.none, language), now.quantiles),
    tile(now.wakes, quantiles(figures.wakes, now.none, language), now.quantiles),
    tile(now.errors, plain(errors), undefined, errors > 0 ? 'bad' : ''),
    tile(now.nodes, plain(figures.nodes.length)),
  ]
  return [element('h2', { id: 'now', class: 'unseen' }, now.title), element('dl', { class: 'tiles' }, ...tiles)]
}

function tile(term: string, value: string, note?: string, mood = ''): HTMLElement {
  const small = note !== undefined && element('dd', { class: 'muted small' }, note)
  return element(
    'div',
    { class: `tile ${mood}` },
    element('dt', {}, term),
    element('dd', { class: 'big' }, value),
    small,
  )
}

function quantiles({ p50, p99 }: Quantiles, none: string, language: string): string {
  if (p50 === undefined || p99 === undefined) return none
  return `${duration(p50, language)} · ${duration(p99, language)}`
}

/** ms as people read them. */
export function duration(ms: number, language: string): string {
  const write = (value: number, unit: string, digits: number) =>
    new Intl.NumberFormat(language, {
      style: 'unit',
      unit,
      unitDisplay: 'narrow',
      maximumFractionDigits: digits,
    }).format(value)
  if (ms >= 1000) return write(ms / 1000, 'second', 1)
  return write(ms, 'millisecond', ms < 10 ? 1 : 0)
}

/** How many slices from the end make up so many ms, the one that goes on included. */
function slicesIn({ sliceLength }: Figures, ms: number): number {
  return sliceLength > 0 ? Math.round(ms / sliceLength) : 0
}
