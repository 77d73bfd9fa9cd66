/** After the decision: the check code and the way back, how it ended, and what went wrong. */
import { element } from '../page/dom.ts'
import { button, card, paragraph, reasonList, sign } from './parts.ts'
import type { Outcome, Stage, View, WaitingView } from './view.ts'

export function drawWaiting(view: WaitingView, { taps, messages }: Stage): HTMLElement {
  const { waiting } = messages
  const { checkCode, undoFailed } = view
  const undo = button(waiting.undo, 'quiet wide', tap, 'undo')
  function tap(): void {
    undo.disabled = true
    taps.undo(view)
  }
  const shown =
    checkCode === undefined
      ? [element('span', { class: 'spinner', 'aria-hidden': 'true' }), paragraph(waiting.lead, 'muted')]
      : [paragraph(waiting.checkLead), digits(checkCode), paragraph(waiting.checkNote, 'muted')]
  return card(
    'waiting',
    checkCode === undefined ? waiting.title : waiting.checkTitle,
    ...shown,
    undoFailed && element('p', { class: 'trouble', role: 'alert' }, waiting.undoFailed),
    undo,
  )
}

/** Read out digit by digit, not as a number of thousands. */
function digits(code: string): HTMLElement {
  return element('p', { class: 'digits' }, ...[...code].map(digit => element('span', {}, digit)))
}

export function drawDone(outcome: Outcome, { taps, messages: { done } }: Stage): HTMLElement {
  const { title, text } = done[outcome]
  const good = outcome === 'signed_in'
  const bad = outcome === 'too_late'
  return card(
    'done',
    title,
    sign(good ? 'check' : bad ? 'warning' : 'cross', good ? 'good' : bad ? 'bad' : 'plain'),
    paragraph(text, 'muted'),
    button(done.again, 'quiet wide', taps.start),
  )
}

export function drawProblem(view: Extract<View, { name: 'problem' }>, stage: Stage): HTMLElement {
  const { problem } = stage.messages
  const { title, text } = problem[view.code]
  const signIn = view.code === 'unauthenticated' && stage.signInUrl !== undefined
  return card(
    'problem',
    title,
    sign('warning', 'bad'),
    reasonList(view.reasons ?? [], stage.messages) ?? paragraph(text, 'muted'),
    signIn && element('a', { class: 'button primary wide', href: stage.signInUrl ?? '' }, problem.signIn),
    view.retry && button(problem.retry, 'primary wide', view.retry),
    button(problem.again, signIn || view.retry ? 'quiet wide' : 'primary wide', stage.taps.start),
  )
}

export function drawFramed({ messages: { problem } }: Stage): HTMLElement {
  return card('problem', problem.framed.title, sign('warning', 'bad'), paragraph(problem.framed.text, 'muted'))
}
