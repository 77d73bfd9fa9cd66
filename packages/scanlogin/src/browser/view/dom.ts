/** Making nodes without `innerHTML`, and changing their text only when it changes. */

/** Makes elements of one document: `el('p', { part: 'text' }, …children)`. */
export function create(document: Document) {
  return <K extends keyof HTMLElementTagNameMap>(
    tag: K,
    attributes: Readonly<Record<string, string>>,
    ...children: Node[]
  ): HTMLElementTagNameMap[K] => {
    const element = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    element.append(...children)
    return element
  }
}

/** Shows a text, or hides the element where there is none. The same text twice is not a change to a screen reader. */
export function say(element: HTMLElement, text: string | undefined): void {
  element.hidden = text === undefined
  if (element.textContent !== (text ?? '')) element.textContent = text ?? ''
}
