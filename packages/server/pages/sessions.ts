/** The page where a person sees everywhere they are signed in, and ends what they do not know. */
import { byId } from './page/dom.ts'
import { speakIn } from './page/language.ts'
import { mountSessions, type SessionsView } from './sessions/view.ts'

let view: SessionsView | undefined

speakIn(byId('language'), (messages, language) => {
  const { title, lead } = messages.sessions
  document.title = title
  byId('title').textContent = title
  byId('lead').textContent = lead
  if (view) view.speak(messages.sessions, language)
  else
    view = mountSessions({ list: byId('list'), news: byId('news'), title: byId('title') }, messages.sessions, language)
})
