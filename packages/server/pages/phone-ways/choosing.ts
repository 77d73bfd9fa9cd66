/** The view in which a person says how they are known, and the one that is seen for a moment on the way there. */
import { providerName } from '../account/providers.ts'
import { chooseLanguage, type Language } from '../messages.ts'
import { element } from '../page/dom.ts'
import { button, card, paragraph, sign } from '../phone-screen/parts.ts'
import type { Stage, View } from '../phone-screen/view.ts'

export function drawLeaving({ provider }: Extract<View, { name: 'leaving' }>, { taps, messages }: Stage): HTMLElement {
  const { ways } = messages
  return card(
    'leaving',
    ways.leaving(nameOf(provider)),
    element('span', { class: 'spinner', 'aria-hidden': 'true' }),
    button(ways.stay, 'quiet wide', taps.chooseWay),
  )
}

export function drawWays({ choices }: Extract<View, { name: 'ways' }>, stage: Stage): HTMLElement {
  const { taps, messages, signInUrl } = stage
  const { ways, problem } = messages
  const [first] = choices.here
  return card(
    'ways',
    ways.title,
    paragraph(ways.lead, 'muted'),
    signInUrl !== undefined && element('a', { class: 'button primary wide', href: signInUrl }, problem.signIn),
    ...choices.here.map(provider => {
      const kind = provider === first && signInUrl === undefined ? 'primary wide' : 'quiet wide'
      return button(ways.by(nameOf(provider)), kind, () => taps.leave(provider))
    }),
    choices.byScan.length > 0 && paragraph(ways.orScan(anyOf(choices.byScan)), 'muted'),
    button(problem.again, 'quiet wide', taps.start),
  )
}

export function drawReturned({ taps, messages: { ways, start } }: Stage): HTMLElement {
  const { title, lead } = ways.returned
  return card(
    'returned',
    title,
    sign('check', 'good'),
    paragraph(lead, 'muted'),
    button(start.scan, 'primary wide', taps.openScanner, 'scan'),
  )
}

function nameOf(provider: string): string {
  return providerName(provider, language())
}

/** `WeChat or WeCom` */
function anyOf(providers: readonly string[]): string {
  return new Intl.ListFormat(language(), { type: 'disjunction' }).format(providers.map(nameOf))
}

function language(): Language {
  return chooseLanguage([document.documentElement.lang])
}
