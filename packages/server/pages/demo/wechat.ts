/** What stands in the place of the drawn phone while the browser shows a code that this phone's app cannot read. */
import { simulatedWechat } from '../connectors/offers.ts'
import type { Messages } from '../messages.ts'
import { element } from '../page/dom.ts'

export function wechatNote({ title, text, open }: Messages['demo']['wechat']): HTMLElement {
  const phone = simulatedWechat()
  return element(
    'section',
    { class: 'view wechat' },
    element('h2', {}, title),
    element('p', { class: 'muted' }, text),
    phone !== undefined &&
      element('a', { class: 'button primary wide', href: phone, target: '_blank', rel: 'noopener' }, open),
  )
}
