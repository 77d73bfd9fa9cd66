/** The page that a sign-in by a provider ends on when it comes to nothing. */
import { drawTrouble } from './connectors/trouble.ts'
import { byId } from './page/dom.ts'
import { speakIn } from './page/language.ts'

let drawn = false

speakIn(byId('language'), (messages, language) => {
  const note = drawTrouble(messages, language)
  document.title = note.querySelector('h1')?.textContent ?? messages.connect.title
  byId('trouble').replaceChildren(note)
  // At first only: whoever changes the language stays on the switch.
  if (!drawn) note.querySelector('h1')?.focus({ preventScroll: true })
  drawn = true
})
