/** The page's language: `?lang=`, else the browser's wishes; changed by a small switch without loading the page again. */
import { chooseLanguage, type Language, languages, type Messages } from '../messages.ts'
import { element } from './dom.ts'

/** Draws the switch into `place`, and calls `speak` now and at every change. */
export function speakIn(place: HTMLElement, speak: (messages: Messages, language: Language) => void): void {
  const wished = new URLSearchParams(location.search).get('lang')
  const buttons = new Map<Language, HTMLButtonElement>()
  for (const [language, { ownName }] of Object.entries(languages) as [Language, { ownName: string }][]) {
    // `languages` is a record over exactly these names.
    const button = element('button', { type: 'button', lang: language }, ownName)
    button.addEventListener('click', () => change(language))
    buttons.set(language, button)
  }
  place.setAttribute('role', 'group')
  place.replaceChildren(...buttons.values())
  show(chooseLanguage(wished === null ? navigator.languages : [wished, ...navigator.languages]))

  function change(language: Language): void {
    const address = new URL(location.href)
    address.searchParams.set('lang', language)
    history.replaceState(history.state, '', address)
    show(language)
  }

  function show(language: Language): void {
    const { messages } = languages[language]
    document.documentElement.lang = language
    place.setAttribute('aria-label', messages.language.label)
    for (const [one, button] of buttons) button.setAttribute('aria-pressed', String(one === language))
    speak(messages, language)
  }
}
