/** The page on which those who run the server see what it does, and act. */
import { readFigures, watchFigures } from './console/calls.ts'
import { mountDashboard } from './console/dashboard.ts'
import { mountEntrance } from './console/entrance.ts'
import type { Figures } from './console/figures.ts'
import { type ConsoleWords, wordsIn } from './console/words.ts'
import type { Language } from './messages.ts'
import { byId } from './page/dom.ts'
import { speakIn } from './page/language.ts'

interface View {
  speak(words: ConsoleWords, language: Language): void
}

let view: View | undefined
let words = wordsIn('en')
let language: Language = 'en'

speakIn(byId('language'), (_, spoken) => {
  language = spoken
  words = wordsIn(spoken)
  document.title = words.title
  byId('title').textContent = words.title
  if (view) view.speak(words, language)
  else void begin()
})

async function begin(): Promise<void> {
  const found = await readFigures()
  if (typeof found === 'string') return ask(found)
  show(found)
}

function ask(why: 'nobody' | 'stranger' | 'trouble'): void {
  byId('line').replaceChildren()
  view = mountEntrance(byId('main'), { why, words, language, entered: () => void begin() })
}

function show(first: Figures): void {
  const dashboard = mountDashboard({ root: byId('main'), line: byId('line') }, first, { words, language })
  view = dashboard
  const stop = watchFigures({
    figures: dashboard.draw,
    lost: dashboard.lost,
    // What was watched is watched no more by who has been signed out.
    ended: why => ask(why),
  })
  dashboard.onLeave(() => {
    stop()
    ask('nobody')
  })
}
