/** The two ways to one ticket: from an event that is shown, and by its name in the log. */
import type { Spoken } from '../dashboard.ts'
import { mountTicketDialog } from './dialog.ts'
import { mountSearch } from './search.ts'

export interface Tickets {
  readonly search: HTMLElement
  readonly dialog: HTMLElement
  /** Asks anew about the ticket that is open. */
  refresh(): void
  speak(spoken: Spoken): void
}

/** `events` holds buttons that name a ticket, and is drawn anew all the while. */
export function mountTickets(events: HTMLElement, spoken: Spoken): Tickets {
  // The button itself may have been drawn anew meanwhile, or has left.
  let opener: string | undefined
  const dialog = mountTicketDialog(spoken, () => {
    const same = [...events.querySelectorAll<HTMLElement>('[data-key]')].find(({ dataset }) => dataset.key === opener)
    const back = same ?? search.input
    back.focus()
  })
  const search = mountSearch(mark => {
    opener = undefined
    return dialog.open(mark)
  })
  events.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest<HTMLElement>('[data-ticket]') : null
    const { ticket, key } = button?.dataset ?? {}
    if (ticket === undefined) return
    opener = key
    void dialog.open(ticket).then(outcome => {
      if (outcome !== 'open') search.tell(ticket, outcome)
    })
  })

  return {
    search: search.root,
    dialog: dialog.root,
    refresh: dialog.refresh,
    speak(next) {
      search.speak(next)
      dialog.speak(next)
    },
  }
}
