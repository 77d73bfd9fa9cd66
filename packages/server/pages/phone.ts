/**
 * The hosted phone page. What the QR code said stands in the address behind the `#`, where no server sees it; it is read
 * once and taken out of the address, so that neither the history nor a shared link keeps it.
 */
import { createPhone, openCamera } from 'scanlogin/phone'
import { byId, element } from './page/dom.ts'
import { speakIn } from './page/language.ts'
import { linkMeta, meta, scanUrl } from './page/meta.ts'
import { sentByAnotherPage } from './phone/arrival.ts'
import { createOwner } from './phone/passkey.ts'
import { mountPhone, type PhoneScreen } from './phone-screen/mount.ts'
import type { Scanner } from './phone-screen/view.ts'
import { createWays } from './phone-ways/ways.ts'

const camera: Scanner = {
  async open(frame, hooks) {
    const video = element('video', { 'aria-hidden': 'true' })
    frame.replaceChildren(video)
    return openCamera({ video, ...hooks })
  },
}

function takeCode(): string | undefined {
  const payload = location.hash.slice(1)
  if (payload === '') return undefined
  history.replaceState(null, '', location.pathname + location.search)
  // A redirect hands it on: what WeChat wants behind its own addresses arrives here.
  if (payload === 'wechat_redirect') return undefined
  return `${scanUrl()}#${payload}`
}

/** A page that is loaded ahead, or in a tab nobody looks at, asks for nothing. */
async function inSight(): Promise<void> {
  while (document.hidden) {
    await new Promise(resolve => document.addEventListener('visibilitychange', resolve, { once: true }))
  }
}

const phone = createPhone({ scanUrl: scanUrl() })
const ways = createWays(phone)
const scanned = takeCode()
let screen: PhoneScreen | undefined

await inSight()
speakIn(byId('language'), messages => {
  document.title = messages.phone.title
  byId('title').textContent = messages.phone.title
  if (screen) return screen.setMessages(messages)
  screen = mountPhone(byId('phone'), {
    phone,
    scanner: camera,
    messages,
    // A code in the address is newer than one that was kept.
    code: scanned ?? ways.kept,
    // What was kept here, the person has been asked about before.
    sentHere: scanned !== undefined && sentByAnotherPage(),
    ways,
    owner: createOwner(),
    demo: meta('scanlogin-demo') === 'true',
    signInUrl: linkMeta('sign-in-url'),
  })
})

// A code that is opened while this page is open already changes the part behind the `#` only.
addEventListener('hashchange', () => {
  const next = takeCode()
  if (next !== undefined) screen?.read(next)
})
