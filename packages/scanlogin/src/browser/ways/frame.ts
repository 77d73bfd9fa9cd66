/**
 * A provider's own page in a frame. It is made when it is chosen and taken away when it is not: a page that nobody sees
 * asks its provider all the same. No script of the provider's runs outside of it, and it may leave for the whole window.
 */
import { fill, type Messages } from '../messages.ts'
import { create, say } from '../view/dom.ts'
import { providerName } from './names.ts'
import type { LeadingWay } from './way.ts'

export interface Frame {
  readonly root: HTMLElement
  /** `undefined` takes it away. The same way in the same language is left as it is. */
  show(way: LeadingWay | undefined, words: Messages, lang: string): void
}

export function createFrame(document: Document): Frame {
  const el = create(document)
  const place = el('div', {})
  const wholeWindow = el('a', { class: 'whole', part: 'way-link' })
  const root = el('div', { class: 'provider', part: 'provider' }, place, wholeWindow)
  let source = ''

  return {
    root,
    show(way, words, lang) {
      root.hidden = !way
      const address = way ? sourceOf(way, lang) : ''
      say(wholeWindow, words.wholeWindow)
      if (address === source) return
      source = address
      if (way) wholeWindow.setAttribute('href', way.address)
      const title = way ? fill(words.signInWith, { name: providerName(way.name, lang) }) : ''
      place.replaceChildren(...(way ? [el('iframe', { ...frameAttributes, src: address, title })] : []))
    },
  }
}

function sourceOf({ address }: LeadingWay, lang: string): string {
  const source = new URL(address)
  source.searchParams.set('shown', 'frame')
  source.searchParams.set('lang', lang.startsWith('zh') ? 'zh' : 'en')
  return source.href
}

/** What the frame of WeChat's page needs: it leaves by itself once the person has confirmed, and looks for WeChat here. */
export const frameAttributes = {
  sandbox: 'allow-scripts allow-same-origin allow-top-navigation',
  allow: 'local-network-access',
  width: '300',
  height: '400',
  part: 'provider-frame',
}
