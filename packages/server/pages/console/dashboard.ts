/** The console itself: drawn anew with every look, part by part, so that the focus stays where it is. */
import type { Language } from '../messages.ts'
import { element } from '../page/dom.ts'
import { mountActions } from './actions.ts'
import { leave } from './calls.ts'
import { drawEvents } from './events.ts'
import type { Figures } from './figures.ts'
import { drawCharts, drawFunnel } from './funnel.ts'
import { drawNodes } from './nodes.ts'
import { drawNow } from './now.ts'
import { mountTickets } from './ticket/tickets.ts'
import type { ConsoleWords } from './words.ts'

export interface Spoken {
  words: ConsoleWords
  language: Language
}

export interface Dashboard {
  draw(figures: Figures): void
  /** Nothing comes at the moment. */
  lost(): void
  speak(words: ConsoleWords, language: Language): void
  onLeave(left: () => void): void
}

export interface DashboardPlaces {
  root: HTMLElement
  /** Says whether what is shown is what there is now. */
  line: HTMLElement
}

type Part = (figures: Figures, spoken: Spoken) => readonly HTMLElement[]

export function mountDashboard({ root, line }: DashboardPlaces, first: Figures, spoken: Spoken): Dashboard {
  const events = element('section', { class: 'panel', 'aria-labelledby': 'events' })
  const parts: readonly (readonly [HTMLElement, Part])[] = [
    [element('section', { class: 'now', 'aria-labelledby': 'now' }), drawNow],
    [element('section', { class: 'panel', 'aria-labelledby': 'funnel' }), drawFunnel],
    [element('section', { class: 'charts' }), drawCharts],
    [element('section', { class: 'panel', 'aria-labelledby': 'nodes' }), drawNodes],
    [events, drawEvents],
  ]
  const out = element('button', { type: 'button', class: 'button quiet' })
  const actions = mountActions()
  const tickets = mountTickets(events, spoken)
  const { by } = first
  let figures = first
  let live = true
  let said = spoken
  let left = () => {}

  out.addEventListener('click', async () => {
    out.disabled = true
    if (await leave(by)) left()
    out.disabled = false
  })

  function show(): void {
    for (const [place, part] of parts) redraw(place, part(figures, said))
    actions.draw(figures, said)
    tickets.speak(said)
    out.textContent = said.words.leave
    const text = live ? said.words.line.live : said.words.line.lost
    // Said again only when it changes: screen readers read it out.
    if (line.textContent !== text) line.textContent = text
    line.className = live ? 'line' : 'line lost'
  }

  const leaving = element('div', { class: 'leave' }, out)
  root.replaceChildren(...parts.map(([place]) => place), tickets.search, actions.root, leaving, tickets.dialog)
  show()
  return {
    draw(next) {
      figures = next
      live = true
      show()
      tickets.refresh()
    },
    lost() {
      live = false
      show()
    },
    speak(words, language) {
      said = { words, language }
      show()
    },
    onLeave(then) {
      left = then
    },
  }
}

/** Who reads a wide table by keyboard stays where they are in it, also on a button of it. */
function redraw(place: HTMLElement, children: readonly HTMLElement[]): void {
  const focused = place.contains(document.activeElement) ? document.activeElement : null
  const key = focused instanceof HTMLElement ? focused.dataset.key : undefined
  const left = place.querySelector('.scroller')?.scrollLeft ?? 0
  place.replaceChildren(...children)
  const after = place.querySelector<HTMLElement>('.scroller')
  if (!after) return
  after.scrollLeft = left
  if (!focused) return
  // What has left the list takes nobody's place along.
  const same = key !== undefined && after.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
  const next = same || after
  next.focus({ preventScroll: true })
}
