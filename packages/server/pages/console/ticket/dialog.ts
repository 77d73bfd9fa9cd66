/**
 * One ticket, over the rest of the page: what happened to it, as it happens, and its end by hand. Escape closes it, the
 * page behind is out of reach meanwhile, and whoever came by keyboard is put back where they were.
 */
import { element } from '../../page/dom.ts'
import type { Spoken } from '../dashboard.ts'
import { type Found, readStory, revoke } from './calls.ts'
import { mountEnding } from './ending.ts'
import { clock, drawLines, word } from './lines.ts'
import type { Story } from './story.ts'

export interface TicketDialog {
  readonly root: HTMLDialogElement
  /** Says why where there is nothing to open it for. */
  open(mark: string): Promise<Exclude<Found, Story> | 'open'>
  /** Asks the server again, if it is open. */
  refresh(): void
  speak(spoken: Spoken): void
}

export function mountTicketDialog(first: Spoken, closed: () => void): TicketDialog {
  const mark = element('code')
  const name = element('span')
  const title = element('h2', { id: 'ticket-title', tabindex: '-1' }, name, ' ', mark)
  const close = element('button', { type: 'button', class: 'close' }, '×')
  const state = element('p', { id: 'ticket-state', class: 'state' })
  const news = element('p', { class: 'unseen', role: 'status' })
  const lines = element('div', { class: 'stack' })
  const lead = element('p', { class: 'muted small' })
  const ending = mountEnding(end)
  const head = element('div', { class: 'head' }, title, close)
  const parts = [head, state, news, lines, lead, ending.root]
  const spokenAs = { 'aria-labelledby': title.id, 'aria-describedby': state.id }
  const root = element('dialog', { class: 'ticket', ...spokenAs }, ...parts)
  let spoken = first
  let story: Story | undefined
  let drawn = ''

  close.addEventListener('click', () => root.close())
  root.addEventListener('close', () => {
    story = undefined
    drawn = ''
    closed()
  })

  async function end(): Promise<string | undefined> {
    if (!story) return undefined
    const { ticket } = story
    const ended = await revoke(ticket)
    if (typeof ended !== 'string') {
      show(ended)
      return undefined
    }
    await look(ticket)
    return ended === 'late' ? undefined : spoken.words.actions.failed
  }

  async function look(ticket: string): Promise<Found> {
    const found = await readStory(ticket)
    // It may have been closed meanwhile, or opened for another.
    if (typeof found !== 'string' && story?.ticket === ticket) show(found)
    return found
  }

  function show(next: Story): void {
    story = next
    const { ticket } = spoken.words
    mark.textContent = next.ticket
    state.textContent = stateIn(next, spoken)
    const said = word(ticket.states, next.state)
    if (news.textContent !== said) news.textContent = said
    // What has not changed is left alone: somebody may be reading it, or hearing it.
    const shown = JSON.stringify([spoken.language, next.lines])
    if (shown !== drawn) lines.replaceChildren(...drawLines(next, spoken))
    drawn = shown
    const lost = !next.revocable && ending.root.contains(document.activeElement)
    if (!next.revocable) ending.reset()
    ending.root.hidden = !next.revocable
    if (lost) title.focus()
  }

  function speak(next: Spoken): void {
    spoken = next
    const { ticket } = spoken.words
    name.textContent = ticket.title
    close.setAttribute('aria-label', ticket.close)
    lead.textContent = ticket.lead
    ending.say(spoken)
    if (story) show(story)
  }

  speak(first)
  return {
    root,
    async open(wanted) {
      const found = await readStory(wanted)
      if (typeof found === 'string') return found
      ending.reset()
      show(found)
      if (!root.open) root.showModal()
      title.focus()
      return 'open'
    },
    refresh() {
      if (root.open && story) void look(story.ticket)
    },
    speak,
  }
}

function stateIn({ state, expiresIn, end }: Story, { words: { ticket }, language }: Spoken): string {
  const said = word(ticket.states, state)
  if (!end) return expiresIn === undefined ? said : ticket.goesOn(said, Math.max(0, expiresIn))
  const cause = word(ticket.causes, end.cause)
  return end.at === undefined ? cause : ticket.ended(clock(end.at, language), cause)
}
