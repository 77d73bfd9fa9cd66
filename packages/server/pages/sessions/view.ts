/** The list of a person's sessions, as it is now; drawn again after each change. */
import type { Language, Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import { isNobody, type WayIn, wayIn } from '../page/way-in.ts'
import { endListed, endOthers, type ListedSession, type Listing, listSessions } from './calls.ts'
import { card } from './card.ts'

export interface SessionsView {
  speak(messages: Messages, language: Language): void
}

export interface Places {
  list: HTMLElement
  /** Read out by screen readers when it changes. */
  news: HTMLElement
  /** Where the focus goes when what had it is gone. */
  title: HTMLElement
  /** Told after each look at the list. */
  loaded: () => void
  /** Told where nobody is signed in. */
  nobody: () => void
}

export function mountSessions(places: Places, first: Messages, spoken: Language): SessionsView {
  let messages = first
  let words = first.sessions
  let language = spoken
  let listing: Listing | undefined
  let door: WayIn | undefined

  async function load(): Promise<void> {
    show(await listSessions())
  }

  function show(found: Listing): void {
    listing = found
    draw()
    if (found === 'nobody') places.nobody()
    else places.loaded()
  }

  function draw(): void {
    if (listing === 'nobody') {
      offer()
      return
    }
    door = undefined
    if (listing !== undefined) places.list.replaceChildren(...drawn(listing))
  }

  /** Once: another language is no reason for another code. */
  function offer(): void {
    if (!door) {
      door = wayIn({ lead: ({ sessions }) => sessions.nobody, returnTo: '/sessions', signedIn: () => void load() })
      places.list.replaceChildren(door.root)
    }
    door.speak(messages, language)
  }

  function drawn(listing: Exclude<Listing, 'nobody'>): HTMLElement[] {
    if (listing === 'trouble') return [note(words.trouble, retry())]
    const cards = listing.map(session => card(session, { words, language, end }))
    const others = listing.filter(({ current }) => !current).length
    return [element('ul', { class: 'sessions' }, ...cards), ...(others > 0 ? [endAll(others)] : [])]
  }

  async function end(session: ListedSession): Promise<boolean> {
    return changed(await endListed(session))
  }

  async function changed(done: boolean): Promise<boolean> {
    if (!done) return false
    await load()
    places.news.textContent = words.ended
    places.title.focus({ preventScroll: true })
    return true
  }

  /** Asked once more: it signs people out in places that they do not see. */
  function endAll(count: number): HTMLElement {
    const button = element('button', { type: 'button', class: 'button deny' }, words.endOthers(count))
    const trouble = element('p', { class: 'trouble', role: 'alert' })
    let asked = false
    button.addEventListener('click', async () => {
      if (!asked) {
        asked = true
        button.textContent = words.reallyEndOthers(count)
        return
      }
      button.disabled = true
      if (await changed(await endOthers())) return
      button.disabled = false
      trouble.textContent = words.failed
    })
    return element('div', { class: 'others' }, button, trouble)
  }

  function retry(): HTMLElement {
    const button = element('button', { type: 'button', class: 'button primary' }, words.retry)
    button.addEventListener('click', () => void load())
    return button
  }

  if (isNobody()) show('nobody')
  else void load()
  return {
    speak(next, spoken) {
      messages = next
      words = next.sessions
      language = spoken
      draw()
    },
  }
}

function note(text: string, action: HTMLElement): HTMLElement {
  return element('section', { class: 'note' }, element('p', {}, text), action)
}
