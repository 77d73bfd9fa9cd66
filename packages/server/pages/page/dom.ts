/** Builds elements node by node: under Trusted Types a page never turns text into markup, and neither can a name. */

type Child = Node | string | false | undefined

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.filter(child => child !== false && child !== undefined))
  return made
}

/** The one element with this id; throws if the page lacks it. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no #${id}`)
  return found
}

/** A line drawing of 24 by 24, in the colour of the text around it and silent to screen readers. */
export function icon(name: keyof typeof drawings): SVGSVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg')
  const path = document.createElementNS(svgNamespace, 'path')
  for (const [attribute, value] of [
    ['viewBox', '0 0 24 24'],
    ['class', 'icon'],
    ['aria-hidden', 'true'],
  ] as const) {
    svg.setAttribute(attribute, value)
  }
  path.setAttribute('d', drawings[name])
  svg.append(path)
  return svg
}

export const svgNamespace = 'http://www.w3.org/2000/svg'

const drawings = {
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M7 7l10 10M17 7L7 17',
  scan: 'M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2M8 20H6a2 2 0 0 1-2-2v-2M7 12h10',
  warning: 'M12 4.5L2.8 19.5h18.4zM12 10v4.5M12 17v.2',
  undo: 'M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10h-4',
  back: 'M14 6l-6 6 6 6',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  phone: 'M7 3h10v18H7zM11 18h2',
} as const
