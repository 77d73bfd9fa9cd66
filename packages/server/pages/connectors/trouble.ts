/** What has gone wrong between a provider and this site, in plain words, with the way on. */
import { providerName } from '../account/providers.ts'
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { linkMeta, meta } from '../page/meta.ts'
import { reasonList } from '../phone-screen/parts.ts'

export function drawTrouble(messages: Messages, language: Language): HTMLElement {
  const { connect: words, phone } = messages
  const { title, text } = wordsFor(words.troubles)
  const provider = meta('provider')
  const reference = meta('reference')
  const reasons = meta('reasons')?.split(' ') ?? []
  const retry = linkMeta('retry')
  const back = linkMeta('back') ?? '/'
  return element(
    'section',
    { class: 'note' },
    provider !== undefined && element('p', { class: 'muted provider' }, words.with(providerName(provider, language))),
    element('h1', { tabindex: '-1' }, title),
    reasonList(reasons, phone) ?? element('p', {}, text),
    retry !== undefined && link(retry, 'primary', words.retry),
    link(back, retry === undefined ? 'primary' : 'quiet', back === '/' ? words.back : words.scanAgain),
    reference !== undefined &&
      element('p', { class: 'muted' }, `${words.reference}: `, element('code', { lang: 'en' }, reference)),
  )
}

function wordsFor(troubles: Messages['connect']['troubles']): { readonly title: string; readonly text: string } {
  const code = meta('trouble') ?? ''
  const found = Object.entries(troubles).find(([name]) => name === code)
  return found?.[1] ?? troubles.internal_error
}

function link(address: string, look: 'primary' | 'quiet', text: string): HTMLElement {
  // The page may stand in the frame in which the provider's was to stand.
  return element('a', { class: `button ${look} wide`, href: address, target: '_top' }, text)
}
