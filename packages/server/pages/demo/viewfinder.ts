/** What stands in for a camera in the demo: it looks at the code on the other side of the page and draws what it sees. */
import encodeQR from 'qr'
import { element, svgNamespace } from '../page/dom.ts'
import type { Scanner } from '../phone-screen/view.ts'

export interface Scene {
  /** What the QR code says, `undefined` while there is none: then the camera waits, as a real one would. */
  payload(): string | undefined
  /** What to say while there is none. */
  nothing(): string
}

export function viewfinder({ payload, nothing }: Scene): Scanner {
  return {
    async open(frame, { onText }) {
      let timer: ReturnType<typeof setTimeout> | undefined
      function look(): void {
        const text = payload()
        if (text === undefined) {
          frame.replaceChildren(element('p', { class: 'nothing' }, nothing()))
          timer = setTimeout(look, 300)
          return
        }
        frame.replaceChildren(drawing(text))
        // Read when the picture is sharp, and not as it was when the camera began: the code may have changed meanwhile.
        timer = setTimeout(() => onText(payload() ?? text), focusTime())
      }
      look()
      return { stop: () => clearTimeout(timer) }
    },
  }
}

/** Milliseconds until the picture is sharp. */
function focusTime(): number {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 500 : 1500
}

function drawing(text: string): SVGSVGElement {
  const rows = encodeQR(text, 'raw', { border: 2 })
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', `0 0 ${rows.length} ${rows.length}`)
  svg.setAttribute('class', 'seen')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svgNamespace, 'path')
  path.setAttribute('d', rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join(''))
  svg.append(path)
  return svg
}
