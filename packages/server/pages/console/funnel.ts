/** How far sign-ins come, and when they came. */
import { element } from '../page/dom.ts'
import { type Band, ceiling, chart, meter } from './chart.ts'
import type { Spoken } from './dashboard.ts'
import { type Figures, series, total } from './figures.ts'

const steps = ['created', 'scanned', 'confirmed', 'redeemed'] as const
const ends = ['denied', 'cancelled', 'expired', 'refused'] as const

export function drawFunnel(figures: Figures, { words, language }: Spoken): HTMLElement[] {
  const { funnel } = words
  const plain = (value: number) => new Intl.NumberFormat(language).format(value)
  // A sign-in that began before the ten minutes may end in them: no step is the whole by itself.
  const whole = Math.max(...steps.map(step => total(figures, step)), 1)
  const rows = steps.map(step => {
    const count = total(figures, step)
    const share = funnel.share(Math.round((count / whole) * 100))
    const number = element('span', { class: 'count' }, plain(count), element('small', { class: 'muted' }, ` ${share}`))
    return element('li', {}, element('span', {}, funnel[step]), meter(count / whole, step), number)
  })
  const others = ends.flatMap(end => [element('dt', {}, funnel[end]), element('dd', {}, plain(total(figures, end)))])
  return [
    element('h2', { id: 'funnel' }, funnel.title),
    element('ol', { class: 'funnel' }, ...rows),
    element('dl', { class: 'ends' }, ...others),
  ]
}

export function drawCharts(figures: Figures, { words, language }: Spoken): HTMLElement[] {
  const band = (column: string): Band => ({ name: column, values: series(figures, column) })
  const { charts } = words
  const figure = (title: string, bands: readonly Band[], legend?: HTMLElement) => {
    const length = Math.max(...bands.map(({ values }) => values.length))
    const totals = Array.from({ length }, (_, n) => bands.reduce((sum, { values }) => sum + (values[n] ?? 0), 0))
    const most = Math.max(...totals, 0)
    const all = totals.reduce((sum, one) => sum + one, 0)
    const top = new Intl.NumberFormat(language, { notation: 'compact' }).format(ceiling(most))
    const caption = element('figcaption', {}, title, legend)
    const axis = element('div', { class: 'axis muted', 'aria-hidden': 'true' })
    axis.append(element('span', {}, charts.ago), element('span', {}, charts.now))
    const plot = element('div', { class: 'plot' }, element('span', { class: 'top muted', 'aria-hidden': 'true' }, top))
    plot.append(chart(bands, charts.say(title, all, most)))
    return element('figure', { class: 'panel' }, caption, plot, axis)
  }
  const legend = element(
    'span',
    { class: 'legend muted' },
    ...(['refused', 'failed'] as const).map(name => element('span', { class: `key ${name}` }, charts[name])),
  )
  return [
    figure(charts.created, [band('created')]),
    figure(charts.redeemed, [band('redeemed')]),
    figure(charts.trouble, [band('failed'), band('refused')], legend),
  ]
}
