/** The list of a person's identities, as it is now; drawn again after each change. */
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { isNobody, type WayIn, wayIn } from '../page/way-in.ts'
import { type ListedIdentity, type Listing, listIdentities, removeIdentity } from './calls.ts'
import { card } from './card.ts'
import { providerName } from './providers.ts'
import { signInAgain } from './sign-in-again.ts'

export interface Speech {
  messages: Messages
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
  let door: WayIn | undefined

  async function load(): Promise<void> {
    listing = await listIdentities()
    draw()
  }

  function draw(): void {
    if (listing === 'nobody') {
      offer()
      return
    }
    door = undefined
    if (listing !== undefined) places.list.replaceChildren(...drawn(listing))
  }

  /** Once: another language is no reason for another code. */
  function offer(): void {
    if (!door) {
      // Who comes back from a provider to the page itself wants to add an identity, see `identify.ts`.
      const returnTo = '/account/signed-in'
      door = wayIn({ lead: ({ account }) => account.nobody, returnTo, signedIn: () => void load() })
      places.list.replaceChildren(door.root)
    }
    door.speak(speech.messages, speech.language)
  }

  function drawn(listing: Listing | 'trouble'): HTMLElement[] {
    const { words } = speech
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

  if (isNobody()) {
    listing = 'nobody'
    draw()
  } else void load()
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
