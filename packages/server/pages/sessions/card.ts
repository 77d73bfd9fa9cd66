/** One session: what the server has seen apart from what the browser says of itself, and the way to end it. */
import { providerName } from '../account/providers.ts'
import type { Language, Messages } from '../messages.ts'
import { element, icon } from '../page/dom.ts'
import type { ListedSession } from './calls.ts'
import { relative } from './time.ts'

type Words = Messages['sessions']

export interface CardOptions {
  words: Words
  language: Language
  /** Resolves to `false` if it did not work. */
  end: (session: ListedSession) => Promise<boolean>
}

export function card(session: ListedSession, { words, language, end }: CardOptions): HTMLElement {
  const name = nameOf(session, words)
  const button = element(
    'button',
    { type: 'button', class: 'button quiet' },
    session.current ? words.signOut : words.end,
  )
  button.setAttribute('aria-label', session.current ? words.signOut : words.endNamed(name))
  const trouble = element('p', { class: 'trouble', role: 'alert' })
  button.addEventListener('click', async () => {
    button.disabled = true
    trouble.textContent = ''
    if (await end(session)) return
    button.disabled = false
    trouble.textContent = words.failed
  })
  return element(
    'li',
    { class: session.current ? 'session current' : 'session' },
    icon(session.onPhone ? 'phone' : 'screen'),
    element(
      'div',
      { class: 'facts' },
      element('h2', {}, name, session.current && element('span', { class: 'badge' }, thisOne(session, words))),
      session.onPhone && element('p', { class: 'muted' }, words.onPhone),
      facts(session, words, language),
    ),
    element('div', { class: 'way-out' }, button, trouble),
  )
}

function facts(session: ListedSession, words: Words, language: Language): HTMLElement {
  const { openedAgo, seenAgo, expiresIn, ip, place, site, provider } = session
  const from = [place, ip].filter(one => one !== undefined).join(' · ')
  const rows: readonly (readonly [string, string | undefined])[] = [
    [words.site, site],
    [words.signedIn, relative(-openedAgo, language)],
    [words.by, provider === undefined ? undefined : providerName(provider, language)],
    [words.used, relative(-seenAgo, language)],
    [words.from, from === '' ? undefined : from],
    [words.phone, phoneOf(session, words)],
    [words.ends, relative(expiresIn, language)],
  ]
  const shown = rows.flatMap(([term, fact]) => {
    return fact === undefined ? [] : [element('dt', {}, term), element('dd', {}, fact)]
  })
  return element('dl', {}, ...shown)
}

function thisOne({ onPhone }: ListedSession, words: Words): string {
  return onPhone ? words.thisPhone : words.thisOne
}

export function nameOf({ browser, os }: Pick<ListedSession, 'browser' | 'os'>, words: Words): string {
  if (browser !== undefined && os !== undefined) return words.on(browser, os)
  return browser ?? os ?? words.unnamed
}

function phoneOf({ phone, phoneBrowser, phoneOs }: ListedSession, words: Words): string | undefined {
  if (phone !== undefined) return phone
  return phoneBrowser !== undefined && phoneOs !== undefined ? words.on(phoneBrowser, phoneOs) : phoneOs
}
