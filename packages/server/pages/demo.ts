/** Both sides of a sign-in on one page: the browser that shows the code, and a drawn phone that scans it. */
import { createPhone } from 'scanlogin/phone'
import { showStep, stepCount, stepOf, stepsOf } from './demo/steps.ts'
import { viewfinder } from './demo/viewfinder.ts'
import { wechatNote } from './demo/wechat.ts'
import type { Messages } from './messages.ts'
import { byId, element } from './page/dom.ts'
import { speakIn } from './page/language.ts'
import { linkMeta, scanUrl } from './page/meta.ts'
import { mountSignIn, type SignInPane } from './page/sign-in-pane.ts'
import { mountPhone, type PhoneScreen } from './phone-screen/mount.ts'

let sides: { pane: SignInPane; phone: PhoneScreen } | undefined
let step = 0
let way = 'app'
let noCode = ''
let spoken: Messages | undefined

function reach(next: number): void {
  step = next
  showStep(byId('steps'), step)
}

/** What is said beside the browser is about the code that it shows. */
function turnTo(next: string): void {
  way = next
  if (spoken) label(spoken)
}

function label({ demo }: Messages): void {
  noCode = demo.noCode
  document.title = demo.title
  byId('title').textContent = demo.title
  byId('lead').textContent = demo.lead
  byId('browser-label').textContent = demo.browser
  byId('phone-label').textContent = demo.phone
  byId('steps').replaceChildren(...stepsOf(demo, way))
  showStep(byId('steps'), step)
  byId('phone').hidden = way !== 'app'
  byId('wechat').hidden = way === 'app'
  byId('wechat').replaceChildren(wechatNote(demo.wechat))
  const lanUrl = linkMeta('lan-url')
  if (lanUrl === undefined) return
  byId('lan').hidden = way !== 'app'
  byId('lan').replaceChildren(demo.lan, ' ', element('code', {}, `${lanUrl}/s`))
}

byId('address').textContent = location.host

speakIn(byId('language'), (messages, language) => {
  spoken = messages
  label(messages)
  if (sides) {
    sides.pane.speak(messages, language)
    sides.phone.setMessages(messages)
    return
  }
  const pane = mountSignIn(byId('pane'), {
    messages,
    language,
    onUser: user => reach(user ? stepCount : 0),
    onWay: turnTo,
  })
  const phone = mountPhone(byId('phone'), {
    phone: createPhone({ scanUrl: scanUrl() }),
    scanner: viewfinder({ payload: pane.payload, nothing: () => noCode }),
    messages,
    demo: true,
    onView(view) {
      const next = stepOf(view)
      // The phone may say that the browser is being signed in when it already is.
      if (next !== undefined && !(next === stepCount - 1 && step === stepCount)) reach(next)
    },
  })
  sides = { pane, phone }
})
