/**
 * Ten minutes as bars, drawn as SVG by attributes alone: a strict content security policy allows no styles made at run
 * time. Screen readers get one sentence, eyes a bar for each ten seconds, and the highest as a number.
 */
import { svgNamespace } from '../page/dom.ts'

export interface Band {
  /** The class that colours it. */
  readonly name: string
  /** One value for each bar, the oldest first; bands are stacked in their order. */
  readonly values: readonly number[]
}

const width = 600
const height = 96
const gap = 2

/** `label` is what somebody hears who does not see it. */
export function chart(bands: readonly Band[], label: string): SVGSVGElement {
  const count = Math.max(...bands.map(({ values }) => values.length), 1)
  const totals = Array.from({ length: count }, (_, n) => bands.reduce((sum, { values }) => sum + (values[n] ?? 0), 0))
  const top = ceiling(Math.max(...totals))
  const svg = drawn('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, class: 'chart' })
  svg.setAttribute('preserveAspectRatio', 'none')
  for (const share of [0, 0.5, 1]) svg.append(rule(height - share * (height - 2) - 1))
  const step = width / count
  for (let n = 0; n < count; n++) {
    let y = height - 1
    for (const { name, values } of bands) {
      const tall = ((values[n] ?? 0) / top) * (height - 2)
      if (tall === 0) continue
      y -= tall
      const box = { x: round(n * step + gap / 2), y: round(y), width: round(step - gap), height: round(tall) }
      svg.append(drawn('rect', { ...box, class: `band ${name}` }))
    }
  }
  return svg
}

/** The number that the top of the chart stands for: 1, 2, 5, 10, 20, 50, … */
export function ceiling(most: number): number {
  if (most <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 5, 10].find(step => step * power >= most) ?? 10) * power
}

function rule(y: number): SVGElement {
  return drawn('line', { x1: 0, x2: width, y1: round(y), y2: round(y), class: 'rule' })
}

function drawn<Tag extends 'svg' | 'rect' | 'line'>(tag: Tag, attributes: Readonly<Record<string, string | number>>) {
  const made = document.createElementNS(svgNamespace, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
  return made as SVGElementTagNameMap[Tag]
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** A bar that is filled to a share, from 0 to 1; the number stands beside it. */
export function meter(share: number, name: string): SVGSVGElement {
  const svg = drawn('svg', { viewBox: '0 0 100 10', class: 'meter', 'aria-hidden': 'true' })
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.append(drawn('rect', { x: 0, y: 0, width: 100, height: 10, class: 'rest' }))
  const filled = round(Math.min(1, Math.max(0, share)) * 100)
  svg.append(drawn('rect', { x: 0, y: 0, width: filled, height: 10, class: `band ${name}` }))
  return svg
}
