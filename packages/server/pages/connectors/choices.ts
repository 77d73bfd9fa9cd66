/**
 * The ways to sign in on one page: our own code and, as tabs beside it, the providers whose page may stand in a frame; below
 * them the others, as links. Without any of them the page is the code alone.
 */
import { providerName } from '../account/providers.ts'
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { type Offer, offersOfPage } from './offers.ts'

export interface Choices {
  /** In the place of the code. */
  readonly root: HTMLElement
  speak(words: Messages['connect'], language: Language): void
}

export function choicesAround(code: HTMLElement, words: Messages['connect'], language: Language): Choices {
  const offers = offersOfPage()
  if (offers.length === 0) return { root: code, speak() {} }
  const framed = offers.find(({ frame }) => frame !== undefined)
  const panel = element('div', { id: 'choice', class: 'choice-panel', role: 'tabpanel', tabindex: '-1' }, code)
  const tabs = framed && tabsOver(panel, [undefined, framed], code)
  const links = offers.filter(offer => offer !== framed).map(offer => ({ offer, link: linkTo(offer) }))
  const root = element('div', { class: 'choices-around' }, tabs?.list, panel, ...links.map(({ link }) => link))
  function speak(words: Messages['connect'], language: Language): void {
    tabs?.speak(words, language)
    for (const { offer, link } of links) link.textContent = words.with(providerName(offer.provider, language))
  }
  speak(words, language)
  return { root, speak }
}

type Tab = Offer | undefined

/** `undefined` is our own code, and comes first. */
function tabsOver(panel: HTMLElement, tabs: readonly Tab[], code: HTMLElement) {
  const buttons = tabs.map((_, index) => {
    const button = element('button', { type: 'button', role: 'tab', id: `choice-${index}`, 'aria-controls': 'choice' })
    button.addEventListener('click', () => choose(index))
    button.addEventListener('keydown', event => {
      const step = steps.get(event.key)
      if (step === undefined) return
      event.preventDefault()
      const next = (index + step + tabs.length) % tabs.length
      choose(next)
      buttons[next]?.focus()
    })
    return button
  })
  let spoken: { words: Messages['connect']; language: Language } | undefined
  let chosen = 0

  function choose(index: number): void {
    chosen = index
    mark()
    const offer = tabs[index]
    // A frame that nobody sees asks its provider all the same: it is made when it is chosen, and taken away.
    panel.replaceChildren(offer && spoken ? frameOf(offer, spoken.words, spoken.language) : code)
  }

  function mark(): void {
    for (const [index, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(index === chosen))
      button.tabIndex = index === chosen ? 0 : -1
    }
    panel.setAttribute('aria-labelledby', `choice-${chosen}`)
  }

  mark()
  return {
    list: element('div', { class: 'tabs', role: 'tablist' }, ...buttons),
    speak(words: Messages['connect'], language: Language) {
      spoken = { words, language }
      for (const [index, button] of buttons.entries()) {
        const offer = tabs[index]
        button.textContent = offer ? providerName(offer.provider, language) : words.ownCode
      }
      const offer = tabs[chosen]
      if (offer) panel.replaceChildren(frameOf(offer, words, language))
    },
  }
}

const steps = new Map([
  ['ArrowRight', 1],
  ['ArrowLeft', -1],
])

function frameOf({ provider, start, frame }: Offer, words: Messages['connect'], language: Language): HTMLElement {
  const name = providerName(provider, language)
  const query = new URLSearchParams({ shown: 'frame', lang: language === 'zh-CN' ? 'zh' : 'en' })
  return element(
    'div',
    { class: 'framed' },
    element('iframe', {
      src: `${start}?${query}`,
      title: words.with(name),
      width: String(frame?.width ?? 300),
      height: String(frame?.height ?? 400),
      sandbox: frame?.sandbox ?? '',
      allow: frame?.allow ?? '',
    }),
    element('a', { class: 'link', href: start }, words.wholeWindow),
  )
}

function linkTo({ start }: Offer): HTMLElement {
  return element('a', { class: 'button quiet wide', href: start })
}
