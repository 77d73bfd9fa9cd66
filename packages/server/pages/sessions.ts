/** The page where a person sees everywhere they are signed in, and ends what they do not know. */
import { drawAround } from './page/around.ts'
import { byId } from './page/dom.ts'
import { speakIn } from './page/language.ts'
import { mountBrowsers } from './sessions/browsers.ts'
import { mountSessions, type SessionsView } from './sessions/view.ts'

let view: SessionsView | undefined
let browsers: SessionsView | undefined

speakIn(byId('language'), (messages, language) => {
  const { title, lead } = messages.sessions
  document.title = title
  byId('title').textContent = title
  byId('lead').textContent = lead
  drawAround(byId('around'), messages, 'account')
  browsers?.speak(messages, language)
  view?.speak(messages, language)
  if (view) return
  const news = byId('news')
  const known = mountBrowsers({ place: byId('browsers'), news }, messages, language)
  browsers = known
  const places = { list: byId('list'), news, title: byId('title') }
  view = mountSessions({ ...places, loaded: known.load, nobody: known.clear }, messages, language)
})
