/**
 * The question. What the server saw stands apart from what the browser says of itself, and "sign in" is no bigger,
 * brighter or nearer than "refuse" (BCP 247: declining has to be at least as easy).
 */
import { element, icon } from '../page/dom.ts'
import { armWhenSeen } from './arming.ts'
import { button, card, clockText, paragraph, reasonList } from './parts.ts'
import type { Question, Stage } from './view.ts'

export function drawAsk(question: Question, doubt: boolean, stage: Stage): HTMLElement {
  const { taps, gone } = stage
  const { ask } = stage.messages
  const { client } = question.prompt.context
  const deny = button(ask.deny, 'deny', () => decide(taps.deny), 'cross')
  const confirm = button(ask.confirm, 'confirm', () => decide(taps.confirm), 'check')
  const choice = element('div', { class: 'choice-bar' }, deny, confirm)

  function decide(tap: (question: Question) => void): void {
    deny.disabled = true
    confirm.disabled = true
    choice.setAttribute('aria-busy', 'true')
    tap(question)
  }

  armWhenSeen(choice, [deny, confirm], gone)
  return card(
    'ask',
    ask.title(client.name),
    paragraph(client.origin, 'origin'),
    observedFacts(question, stage),
    claimedFacts(question, stage),
    careFacts(question, stage),
    element('div', { class: 'warning' }, icon('warning'), paragraph(ask.warning), paragraph(ask.fraud)),
    doubt && element('p', { class: 'trouble', role: 'alert' }, ask.doubt),
    element('div', { class: 'decision' }, choice, countdown(question, stage)),
  )
}

function observedFacts({ prompt }: Question, { messages: { ask } }: Stage): HTMLElement {
  const { ip, place, time, known_browser } = prompt.context.observed
  return facts('observed', ask.observed, [
    ip !== undefined && [ask.address, ip],
    place !== undefined && [ask.place, place],
    [ask.time, ask.ago(Math.round(time))],
    [ask.browser, known_browser ? ask.known : ask.fresh],
  ])
}

function claimedFacts({ prompt }: Question, { messages: { ask } }: Stage): HTMLElement {
  const { browser, os } = prompt.context.claimed
  const named = [browser, os].map(name => (name === 'unknown' ? '' : name))
  const [program = '', system = ''] = named
  const text = program && system ? ask.on(program, system) : program || system || ask.unnamed
  return element(
    'div',
    { class: 'facts claimed' },
    element('h3', {}, ask.claimed, ' ', element('small', {}, ask.claimedNote)),
    paragraph(text),
  )
}

/** Why more is asked for than usual. That the browser is new stands above already, and the warning has to stay in sight. */
function careFacts({ prompt }: Question, { messages }: Stage): HTMLElement | undefined {
  const { reasons = [], observed } = prompt.context
  const untold = reasons.filter(reason => reason !== 'new_browser' || observed.known_browser)
  const list = reasonList(untold, messages)
  return list && element('div', { class: 'facts care' }, element('h3', {}, messages.reasonsTitle), list)
}

function facts(kind: string, title: string, rows: readonly (false | readonly [string, string])[]): HTMLElement {
  const list = element('dl')
  for (const row of rows) {
    // `bdi` keeps a name in another direction of writing from moving what stands around it.
    if (row) list.append(element('dt', {}, row[0]), element('dd', {}, element('bdi', {}, row[1])))
  }
  return element('div', { class: `facts ${kind}` }, element('h3', {}, title), list)
}

function countdown({ until }: Question, { taps, messages: { ask }, gone }: Stage): HTMLElement {
  const text = element('p', { class: 'muted countdown', role: 'timer' })
  const tick = () => {
    const seconds = Math.ceil((until - performance.now()) / 1000)
    if (seconds <= 0) return taps.expire()
    text.textContent = ask.left(clockText(seconds))
  }
  const timer = setInterval(tick, 500)
  gone.addEventListener('abort', () => clearInterval(timer))
  text.textContent = ask.left(clockText(Math.max(0, Math.ceil((until - performance.now()) / 1000))))
  return text
}
