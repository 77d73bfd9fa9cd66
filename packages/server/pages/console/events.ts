/** What has happened last, as the log has it but without persons. */
import { element } from '../page/dom.ts'
import type { Spoken } from './dashboard.ts'
import type { EventLine, Figures } from './figures.ts'
import { table } from './table.ts'

/** What somebody should look at; the rest is everyday. */
const alarms = new Set(['contended', 'forged_codes', 'denial_spike', 'policy_failed', 'unreadable', 'refresh_reuse'])

export function drawEvents({ events }: Figures, { words, language }: Spoken): HTMLElement[] {
  const { events: said } = words
  const title = element('h2', { id: 'events' }, said.title)
  const lead = element('p', { class: 'muted small' }, said.lead)
  if (events.length === 0) return [title, lead, element('p', {}, said.none)]
  const heads = [said.when, said.what, said.ticket, said.more]
  return [
    title,
    lead,
    table(
      heads,
      events.map(event => rowOf(event, { words, language })),
      said.title,
    ),
  ]
}

function rowOf({ at, type, ticket, more }: EventLine, { words, language }: Spoken): (string | Node)[] {
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' }).format(at)
  const mood = alarms.has(type) ? 'bad' : type === 'refused' || type === 'denied' ? 'warn' : 'plain'
  const mark = ticket === undefined ? '' : markOf(ticket, { key: `${at} ${type} ${ticket}`, words })
  return [time, element('span', { class: `badge ${mood}` }, type), mark, more.join(' · ')]
}

/** Leads to the ticket's history. `key` tells the same button again in what is drawn next. */
function markOf(ticket: string, { key, words }: { key: string; words: Spoken['words'] }): HTMLElement {
  const named = { 'aria-haspopup': 'dialog', 'aria-label': words.events.history(ticket) }
  const known = { type: 'button', class: 'mark', 'data-ticket': ticket, 'data-key': key }
  return element('button', { ...known, ...named }, element('code', {}, ticket))
}
