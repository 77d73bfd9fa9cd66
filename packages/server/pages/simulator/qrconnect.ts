/**
 * The page of the website login, as WeChat's behaves: it polls, with the last number it was told, and goes back to the
 * site with a code. Its numbers are 408 nothing yet, 404 scanned, 403 refused, 405 confirmed, 402 and 500 expired.
 */
import { byId } from '../page/dom.ts'
import { speakIn } from '../page/language.ts'
import { meta } from '../page/meta.ts'
import { texts } from './messages.ts'

type Status = 'waiting' | 'scanned' | 'denied' | 'confirmed'

let status: Status = 'waiting'
let text = texts['zh-CN'].code

speakIn(byId('language'), (_, language) => {
  text = texts[language].code
  document.title = text.title(meta('app-name') ?? '')
  byId('title').textContent = document.title
  byId('phone').textContent = text.phone
  show(status)
})

let last = ''
// It ends by leaving the page.
for (;;) await turn()

async function turn(): Promise<void> {
  const told = await poll()
  last = ''
  switch (told?.errcode) {
    case '408':
      return pause(2000)
    case '404':
      last = '404'
      show('scanned')
      return pause(100)
    case '403':
      last = '403'
      show('denied')
      if (meta('denial') === 'stateOnly') return goBack({ state: meta('state') ?? '' })
      return pause(2000)
    case '405':
      show('confirmed')
      return goBack({ code: told.code, state: meta('state') ?? '' })
    case undefined:
      return pause(5000)
    default:
      location.reload()
      return pause(5000)
  }
}

/** The line of JavaScript that WeChat's page runs is only read here: this page's rules allow no script from an answer. */
async function poll(): Promise<{ errcode: string; code: string } | undefined> {
  const query = new URLSearchParams({ uuid: meta('uuid') ?? '', ...(last && { last }), _: String(Date.now()) })
  try {
    const reply = await fetch(`/lp/connect/l/qrconnect?${query}`, { signal: AbortSignal.timeout(60_000) })
    const [, errcode = '', code = ''] = /wx_errcode=(\d+);window\.wx_code='(\w*)'/.exec(await reply.text()) ?? []
    return errcode === '' ? undefined : { errcode, code }
  } catch {
    return undefined
  }
}

async function goBack(parameters: Readonly<Record<string, string>>): Promise<void> {
  const [address = '', fragment] = (meta('redirect-uri') ?? '').split('#')
  const joint = address.includes('?') ? '&' : '?'
  const target = `${address}${joint}${new URLSearchParams(parameters)}${fragment === undefined ? '' : `#${fragment}`}`
  // The browser that asks twice: what a reload, a prefetch or a proxy's retry makes of a callback.
  if (meta('callback') === 'twice') {
    await fetch(target, { mode: 'no-cors', credentials: 'include' }).catch(() => undefined)
  }
  const frame = meta('self-redirect') === 'true' ? window : (window.top ?? window)
  frame.location.href = target
  // Nothing more is asked while the browser leaves.
  return new Promise(() => {})
}

function show(next: Status): void {
  status = next
  document.body.dataset.status = next
  byId('status').textContent = text[next]
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
