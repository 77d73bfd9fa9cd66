/** The four steps of a sign-in, told below the two screens, with the present one marked. */
import type { Messages } from '../messages.ts'
import { element } from '../page/dom.ts'
import type { View } from '../phone-screen/view.ts'

type Steps = readonly { readonly title: string; readonly text: string }[]

/** All of them done. */
export const stepCount = 4

/** Those of the way that the browser shows. */
export function stepsOf(demo: Messages['demo'], way: string): HTMLElement[] {
  return stepsOn(demo, way).map(({ title, text }) =>
    element('li', {}, element('strong', {}, title), element('span', { class: 'muted' }, text)),
  )
}

function stepsOn({ steps, stepsInFrame, stepsForTicket }: Messages['demo'], way: string): Steps {
  if (way === 'app') return Object.values(steps)
  return Object.values(way === 'wechat' ? stepsInFrame : stepsForTicket)
}

export function showStep(list: HTMLElement, step: number): void {
  for (const [index, item] of [...list.children].entries()) {
    item.toggleAttribute('data-done', index < step)
    if (index === step) item.setAttribute('aria-current', 'step')
    else item.removeAttribute('aria-current')
  }
}

/** Which step the phone shows; `undefined` where the browser knows better. */
export function stepOf(view: View): number | undefined {
  switch (view.name) {
    case 'scanning':
    case 'reading':
      return 1
    case 'ask':
    case 'verify':
    case 'waiting':
      return 2
    case 'done':
      return view.outcome === 'signed_in' || view.outcome === 'too_late' ? 3 : 2
    case 'users':
    case 'start':
    case 'arrival':
    case 'leaving':
    case 'ways':
    case 'returned':
    case 'problem':
    case 'framed':
      return undefined
  }
}
