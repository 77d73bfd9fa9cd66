/**
 * A QR code as an SVG element: one path, dark on light with the standard's quiet zone in every theme, because many
 * scanners read neither inverted codes nor codes without a margin. Built node by node: pages with a strict Content
 * Security Policy or Trusted Types allow nothing else.
 */
import encodeQR from 'qr'

export function drawQr(text: string, document: Document): SVGSVGElement {
  const { path, size } = qrPath(text)
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`)
  svg.setAttribute('shape-rendering', 'crispEdges')
  svg.setAttribute('aria-hidden', 'true')
  const ground = document.createElementNS(svgNamespace, 'rect')
  ground.setAttribute('width', String(size))
  ground.setAttribute('height', String(size))
  ground.setAttribute('fill', '#ffffff')
  const modules = document.createElementNS(svgNamespace, 'path')
  modules.setAttribute('d', path)
  modules.setAttribute('fill', '#0b1020')
  svg.append(ground, modules)
  return svg
}

/** The dark modules as horizontal runs, and the width of the whole picture in modules. */
export function qrPath(text: string): { path: string; size: number } {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: quietZone })
  const runs = rows.flatMap((row, y) => {
    const word = row.map(dark => (dark ? 'x' : ' ')).join('')
    return [...word.matchAll(/x+/g)].map(({ 0: { length }, index }) => `M${index} ${y}h${length}v1h-${length}z`)
  })
  return { path: runs.join(''), size: rows.length }
}

export const svgNamespace = 'http://www.w3.org/2000/svg'

/** Modules of light around the code, ISO/IEC 18004. */
const quietZone = 4
