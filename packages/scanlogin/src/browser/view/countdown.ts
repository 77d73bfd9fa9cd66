/** A ring that empties and a clock face beside it. Changes each second, so it is not read out by itself. */
import { fill } from '../messages.ts'
import { svgNamespace } from '../qr-svg.ts'
import { create, say } from './dom.ts'
import { clockFace } from './scene.ts'

export interface Countdown {
  readonly root: HTMLElement
  /** `message` holds `{time}`; `undefined` hides the countdown. */
  show(message: string | undefined): void
  /** Another state: the ring is full at the next tick. */
  restart(): void
  tick(secondsLeft: number): void
}

export function createCountdown(document: Document): Countdown {
  const el = create(document)
  const ring = document.createElementNS(svgNamespace, 'svg')
  const track = circle(document, 'track')
  const left = circle(document, 'left')
  ring.setAttribute('viewBox', '0 0 16 16')
  ring.setAttribute('aria-hidden', 'true')
  ring.append(track, left)
  const text = el('span', {})
  const root = el('div', { class: 'timer', part: 'countdown', role: 'timer' })
  root.append(ring, text)
  let message: string | undefined
  let longest = 0

  return {
    root,
    show(next) {
      message = next
      root.hidden = next === undefined
    },
    restart() {
      longest = 0
    },
    tick(secondsLeft) {
      if (message === undefined) return
      // More time than before means a new code: the ring is full again.
      if (secondsLeft > longest) longest = secondsLeft
      const share = longest > 0 ? secondsLeft / longest : 0
      left.setAttribute('stroke-dasharray', `${(share * circumference).toFixed(2)} ${circumference + 1}`)
      root.classList.toggle('soon', secondsLeft <= 15)
      say(text, fill(message, { time: clockFace(secondsLeft) }))
    },
  }
}

const radius = 6.5
const circumference = 2 * Math.PI * radius

function circle(document: Document, name: string): SVGCircleElement {
  const shape = document.createElementNS(svgNamespace, 'circle')
  shape.setAttribute('class', name)
  shape.setAttribute('cx', '8')
  shape.setAttribute('cy', '8')
  shape.setAttribute('r', String(radius))
  return shape
}
