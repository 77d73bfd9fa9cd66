/**
 * Tabs as the ARIA Authoring Practices describe them: one of them is in the order of the Tab key, and the arrows, Home and
 * End go from one to the next and show it.
 */
import { create } from '../view/dom.ts'

export interface Tabs {
  readonly root: HTMLElement
  /** Which there are, and the panel that each shows. */
  set(tabs: readonly Tab[]): void
  show(labels: TabLabels): void
}

export interface Tab {
  readonly name: string
  readonly panel: HTMLElement
}

export interface TabLabels {
  /** Of all of them. */
  readonly label: string
  readonly chosen: string
  nameOf(tab: string): string
  /** What has happened behind a tab while another is shown; `undefined` where nothing has. */
  newsOf(tab: string): string | undefined
}

export function createTabs(document: Document, choose: (tab: string) => void): Tabs {
  const el = create(document)
  const root = el('div', { class: 'tabs', part: 'tabs', role: 'tablist' })
  let buttons: readonly { readonly tab: Tab; readonly button: HTMLButtonElement }[] = []

  root.addEventListener('keydown', event => {
    const index = buttons.findIndex(({ button }) => button === event.target)
    const next = buttons[afterKey(event.key, index, buttons.length) ?? -1]
    if (index < 0 || !next) return
    event.preventDefault()
    choose(next.tab.name)
    next.button.focus()
  })

  function buttonFor({ name, panel }: Tab): HTMLButtonElement {
    const id = `tab-${name}`
    const button = el('button', { type: 'button', role: 'tab', id, 'aria-controls': panel.id })
    button.addEventListener('click', () => choose(name))
    return button
  }

  return {
    root,
    set(tabs) {
      buttons = tabs.map(tab => ({ tab, button: buttonFor(tab) }))
      root.replaceChildren(...buttons.map(({ button }) => button))
    },
    show({ label, chosen, nameOf, newsOf }) {
      root.ariaLabel = label
      for (const { tab, button } of buttons) {
        const isChosen = tab.name === chosen
        const news = newsOf(tab.name)
        button.setAttribute('part', isChosen ? 'tab chosen-tab' : 'tab')
        button.ariaSelected = String(isChosen)
        button.tabIndex = isChosen ? 0 : -1
        button.classList.toggle('news', news !== undefined)
        const text = nameOf(tab.name)
        if (button.textContent !== text) button.textContent = text
        button.ariaLabel = news === undefined ? null : `${text}: ${news}`
        if (isChosen) tab.panel.setAttribute('aria-labelledby', button.id)
      }
    },
  }
}

/** Round and round; `undefined` for every other key. */
function afterKey(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count
    case 'ArrowLeft':
      return (index + count - 1) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
  }
  return undefined
}
