/** The page that asks whether an identity which a provider has brought is to be added to an account. */
import { mountBind } from './bind/view.ts'
import { byId } from './page/dom.ts'
import { speakIn } from './page/language.ts'

let view: ReturnType<typeof mountBind> | undefined

speakIn(byId('language'), (messages, language) => {
  document.title = messages.bind.title
  byId('title').textContent = messages.bind.title
  const words = { words: messages.bind, language }
  if (view) view.speak(words)
  else view = mountBind(byId('question'), words)
})
