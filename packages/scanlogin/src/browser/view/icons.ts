/** Line drawings on a 24 × 24 grid. */
import { svgNamespace } from '../qr-svg.ts'

const drawings = {
  phone:
    'M8.5 2.75h7a1.75 1.75 0 0 1 1.75 1.75v15a1.75 1.75 0 0 1-1.75 1.75h-7a1.75 1.75 0 0 1-1.75-1.75v-15A1.75 1.75 0 0 1 8.5 2.75zM11 18.25h2',
  check: 'M5 12.75l4.5 4.5L19 7.75',
  cross: 'M7 7l10 10M17 7L7 17',
  clock: 'M12 3.75a8.25 8.25 0 1 0 0 16.5 8.25 8.25 0 0 0 0-16.5zM12 7.75v4.5l3 2',
  offline:
    'M2.5 9a14 14 0 0 1 5-3.1M21.5 9A14 14 0 0 0 12 5.2M5.8 12.6a9.3 9.3 0 0 1 4-2.2M18.2 12.6a9.3 9.3 0 0 0-3-1.9M9 16.1a4.6 4.6 0 0 1 6 0M12 19.5h.01M4 3.5l16 17',
  alert: 'M12 7.5v5.5M12 16.75h.01M12 3.25a8.75 8.75 0 1 0 0 17.5 8.75 8.75 0 0 0 0-17.5z',
} as const

export type IconName = keyof typeof drawings

export function drawIcon(name: IconName, document: Document): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svgNamespace, 'path')
  path.setAttribute('d', drawings[name])
  svg.append(path)
  return svg
}
