/** One identity, and the way to remove it. */
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { portrait } from '../page/greeting.ts'
import { relative } from '../sessions/time.ts'
import type { ListedIdentity } from './calls.ts'
import { providerName } from './providers.ts'

export interface CardOptions {
  words: Messages['account']
  language: Language
  /** Resolves to what stands in the way, or to nothing. */
  remove: (identity: ListedIdentity) => Promise<'last' | 'trouble' | undefined>
}

export function card(identity: ListedIdentity, { words, language, remove }: CardOptions): HTMLElement {
  const name = providerName(identity.provider, language)
  const trouble = element('p', { class: 'trouble', role: 'alert' })
  const ending = element('p', { class: 'ending', role: 'status' })
  const ask = () => {
    ending.textContent = identity.sessions === 0 ? '' : words.ends(identity.sessions, identity.opensThis)
  }
  const button = removal(name, words, ask, async () => {
    trouble.textContent = ''
    const obstacle = await remove(identity)
    if (obstacle) trouble.textContent = obstacle === 'last' ? words.last : words.failed
  })
  const ages = words.ages(relative(-identity.addedAgo, language), relative(-identity.seenAgo, language))
  return element(
    'li',
    { class: 'identity' },
    portrait(name),
    element(
      'div',
      {},
      element('h2', {}, name),
      element('p', { class: 'muted' }, ages),
      element('p', { class: 'muted' }, identity.app),
    ),
    button,
    ending,
    trouble,
  )
}

/** Asked once more: who removes the wrong one has to find their phone to get it back, and sessions end with it. */
function removal(name: string, words: Messages['account'], ask: () => void, remove: () => Promise<void>): HTMLElement {
  const button = element('button', { type: 'button', class: 'button quiet' }, words.remove)
  button.setAttribute('aria-label', words.removeNamed(name))
  let asked = false
  button.addEventListener('click', async () => {
    if (!asked) {
      asked = true
      ask()
      button.textContent = words.reallyRemove
      button.setAttribute('aria-label', words.reallyRemove)
      return
    }
    button.disabled = true
    await remove()
    button.disabled = false
  })
  return button
}
