/** The list of a person's identities, as it is now; drawn again after each change. */
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { type ListedIdentity, type Listing, listIdentities, removeIdentity } from './calls.ts'
import { card } from './card.ts'
import { providerName } from './providers.ts'
import { signInAgain } from './sign-in-again.ts'

export interface Speech {
  words: Messages['account']
  language: Language
}

export interface Places {
  list: HTMLElement
  /** Read out by screen readers when it changes. */
  news: HTMLElement
  /** Where the focus goes when what had it is gone. */
  title: HTMLElement
}

export function mountAccount(places: Places, first: Speech): { speak(next: Speech): void } {
  let speech = first
  let listing: Listing | 'nobody' | 'trouble' | undefined

  async function load(): Promise<void> {
    listing = await listIdentities()
    draw()
  }

  function draw(): void {
    if (listing !== undefined) places.list.replaceChildren(...drawn(listing))
  }

  function drawn(listing: Listing | 'nobody' | 'trouble'): HTMLElement[] {
    const { words } = speech
    if (listing === 'nobody')
      return [note(words.nobody, element('a', { class: 'button primary', href: '/' }, words.signIn))]
    if (listing === 'trouble') return [note(words.trouble, retry())]
    const cards = listing.identities.map(identity => card(identity, { ...speech, remove }))
    const shown = cards.length > 0 ? element('ul', { class: 'identities' }, ...cards) : note(words.none)
    return [shown, ...adding(listing)]
  }

  async function remove(identity: ListedIdentity): Promise<'last' | 'trouble' | undefined> {
    const outcome = await removeIdentity(identity)
    if (outcome === 'last' || outcome === 'trouble') return outcome
    if (outcome === 'again') {
      askAgain()
      return undefined
    }
    await load()
    places.news.textContent = speech.words.removed
    places.title.focus({ preventScroll: true })
    return undefined
  }

  /** Removing outlives the session that does it: it wants the phone once more. */
  function askAgain(): void {
    const { words, language } = speech
    places.list.replaceChildren(
      note(
        words.again,
        signInAgain(language, () => void load()),
      ),
    )
    places.title.focus({ preventScroll: true })
  }

  function adding({ providers }: Listing): HTMLElement[] {
    const { words, language } = speech
    const links = providers.map(({ provider, start }) =>
      element('a', { class: 'button quiet', href: start }, words.add(providerName(provider, language))),
    )
    return links.length > 0 ? [element('div', { class: 'adding' }, ...links)] : []
  }

  function retry(): HTMLElement {
    const button = element('button', { type: 'button', class: 'button primary' }, speech.words.retry)
    button.addEventListener('click', () => void load())
    return button
  }

  void load()
  return {
    speak(next) {
      speech = next
      draw()
    },
  }
}

function note(text: string, action?: HTMLElement): HTMLElement {
  return element('section', { class: 'note' }, element('p', {}, text), action)
}
