/** The standalone server's sign-in page. */
import { byId } from './page/dom.ts'
import { speakIn } from './page/language.ts'
import { mountSignIn, type SignInPane } from './page/sign-in-pane.ts'

let pane: SignInPane | undefined

speakIn(byId('language'), (messages, language) => {
  document.title = messages.signIn.title
  byId('title').textContent = messages.signIn.title
  byId('caution').textContent = messages.signIn.caution
  if (pane) pane.speak(messages, language)
  else pane = mountSignIn(byId('pane'), { messages, language, onUser: user => (byId('caution').hidden = !!user) })
})
