/** The browsers that a person is known in, below their sessions; nothing at all where there are none. */
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { forget, type KnownBrowser, listBrowsers } from './calls.ts'
import { nameOf } from './card.ts'
import { relative } from './time.ts'
import type { SessionsView } from './view.ts'

type Words = Messages['sessions']

export interface BrowsersView extends SessionsView {
  /** Looks anew. */
  load(): void
  /** There is nobody whose browsers they could be. */
  clear(): void
}

export interface BrowserPlaces {
  place: HTMLElement
  /** Read out by screen readers when it changes. */
  news: HTMLElement
}

export function mountBrowsers({ place, news }: BrowserPlaces, first: Messages, spoken: Language): BrowsersView {
  let words: Words = first.sessions
  let language = spoken
  let browsers: readonly KnownBrowser[] = []

  async function load(): Promise<void> {
    browsers = await listBrowsers()
    draw()
  }

  function draw(): void {
    const { title, lead } = words.browsers
    const heading = element('h2', { id: 'browsers-title', tabindex: '-1' }, title)
    const list = element('ul', { class: 'known' }, ...browsers.map(row))
    place.replaceChildren(heading, element('p', { class: 'muted' }, lead), list)
    place.hidden = browsers.length === 0
  }

  function row(browser: KnownBrowser): HTMLElement {
    const { firstAgo, lastAgo, current } = browser
    const name = nameOf(browser, words)
    const { last, first, forget: label, forgetNamed } = words.browsers
    const used = `${last}: ${relative(-lastAgo, language)} · ${first}: ${relative(-firstAgo, language)}`
    const button = element('button', { type: 'button', class: 'button quiet' }, label)
    button.setAttribute('aria-label', forgetNamed(name))
    const trouble = element('p', { class: 'trouble', role: 'alert' })
    button.addEventListener('click', async () => {
      button.disabled = true
      trouble.textContent = ''
      if (await forgotten(browser)) return
      button.disabled = false
      trouble.textContent = words.failed
    })
    const badge = current && element('span', { class: 'badge' }, words.thisOne)
    const facts = element('div', {}, element('h3', {}, name, badge), element('p', { class: 'muted' }, used))
    return element('li', {}, facts, element('div', { class: 'way-out' }, button, trouble))
  }

  async function forgotten(browser: KnownBrowser): Promise<boolean> {
    if (!(await forget(browser))) return false
    await load()
    news.textContent = words.browsers.forgotten
    const heading = place.hidden ? document.getElementById('title') : place.querySelector('h2')
    heading?.focus({ preventScroll: true })
    return true
  }

  return {
    load: () => void load(),
    clear() {
      browsers = []
      draw()
    },
    speak(next, spoken) {
      words = next.sessions
      language = spoken
      draw()
    },
  }
}
