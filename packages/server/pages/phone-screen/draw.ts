/** Draws a view. */
import { element } from '../page/dom.ts'
import { drawArrival } from '../phone/arrival.ts'
import { drawVerify } from '../phone/verify.ts'
import { drawLeaving, drawReturned, drawWays } from '../phone-ways/choosing.ts'
import { drawAsk } from './ask.ts'
import { drawDone, drawFramed, drawProblem, drawWaiting } from './ending.ts'
import { drawFinder } from './finder.ts'
import { card } from './parts.ts'
import { drawStart, drawUsers } from './start.ts'
import type { Stage, View } from './view.ts'

export function draw(view: View, stage: Stage): HTMLElement {
  switch (view.name) {
    case 'users':
      return drawUsers(view.users, stage)
    case 'start':
      return drawStart(view.user, stage)
    case 'scanning':
      return drawFinder(stage)
    case 'reading':
      return card('reading', stage.messages.reading.title, element('span', { class: 'spinner', 'aria-hidden': 'true' }))
    case 'arrival':
      return drawArrival(view.code, stage)
    case 'leaving':
      return drawLeaving(view, stage)
    case 'ways':
      return drawWays(view, stage)
    case 'returned':
      return drawReturned(stage)
    case 'ask':
      return drawAsk(view.question, view.doubt, stage)
    case 'verify':
      return drawVerify(view, stage)
    case 'waiting':
      return drawWaiting(view, stage)
    case 'done':
      return drawDone(view.outcome, stage)
    case 'problem':
      return drawProblem(view, stage)
    case 'framed':
      return drawFramed(stage)
  }
}
