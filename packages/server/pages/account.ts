/** The page where a person sees by which identities they sign in, adds one, and removes what they no longer use. */
import { mountAccount } from './account/view.ts'
import { drawAround } from './page/around.ts'
import { byId } from './page/dom.ts'
import { speakIn } from './page/language.ts'

let view: ReturnType<typeof mountAccount> | undefined

speakIn(byId('language'), (messages, language) => {
  const { title, lead } = messages.account
  document.title = title
  byId('title').textContent = title
  byId('lead').textContent = lead
  drawAround(byId('around'), messages, 'sessions')
  const words = { messages, words: messages.account, language }
  if (view) view.speak(words)
  else view = mountAccount({ list: byId('list'), news: byId('news'), title: byId('title') }, words)
})
