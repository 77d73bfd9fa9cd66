/** What happened to a ticket, line by line: a list that reads well on a phone and aloud. */
import { element } from '../../page/dom.ts'
import type { Spoken } from '../dashboard.ts'
import type { Story, StoryLine } from './story.ts'

type Words = Spoken['words']['ticket']

export function drawLines({ lines, left }: Story, { words, language }: Spoken): HTMLElement[] {
  const said = words.ticket
  const list = element('ol', { class: 'story' }, ...lines.map(line => drawLine(line, said, language)))
  return left > 0 ? [list, element('p', { class: 'muted small' }, said.left(left))] : [list]
}

function drawLine(line: StoryLine, said: Words, language: string): HTMLElement {
  const { at, type, node } = line
  const time = element('time', { datetime: new Date(at).toISOString() }, clock(at, language))
  const facts = [whoIn(line, said), verdictIn(line, said), line.more.join(' · ')].filter(fact => fact !== '')
  const where = element('code', { class: 'muted' }, `${said.node} ${node}`)
  const head = element(
    'p',
    {},
    time,
    ' ',
    element('strong', { class: `badge ${moodOf(line)}` }, word(said.types, type)),
  )
  return element('li', {}, head, element('p', {}, facts.join(' · ')), element('p', { class: 'small' }, where))
}

function whoIn({ actor, by, user }: StoryLine, said: Words): string {
  const kind = word(said.actors, actor)
  if (by === 'key') return said.byKey
  if (by !== '') return by.replace(/^admin/, kind)
  return user === '' ? kind : `${kind} · ${said.person(user)}`
}

function verdictIn({ verdict, reasons }: StoryLine, said: Words): string {
  if (verdict === '') return ''
  const spoken = word(said.verdicts, verdict)
  return reasons.length > 0 ? said.because(spoken, reasons.join(', ')) : spoken
}

function moodOf({ type }: StoryLine): string {
  if (type === 'redeemed') return ''
  if (type === 'contended' || type === 'forged_codes') return 'bad'
  return type === 'refused' || type === 'denied' || type === 'cancelled' ? 'warn' : 'plain'
}

/** To the millisecond: steps of two nodes may be close together. */
export function clock(at: number, language: string): string {
  const parts = { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 } as const
  return new Intl.DateTimeFormat(language, { ...parts, hourCycle: 'h23' }).format(at)
}

/** The word that stands for it, or what the server calls it where it is newer than this page. */
export function word(among: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(among, name) ? (among[name] ?? name) : name
}
