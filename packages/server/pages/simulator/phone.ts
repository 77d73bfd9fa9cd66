/**
 * The simulated phone: whoever holds it scans one of the open codes and decides. Opening a code's own address shows
 * that code; anywhere else all open codes are listed.
 */

import type { PhoneAct, PhoneCode } from '../../src/simulator/phone/codes.ts'
import { byId, element } from '../page/dom.ts'
import { speakIn } from '../page/language.ts'
import { texts } from './messages.ts'
import { act, type Looked, look } from './phone-calls.ts'

const here = location.pathname === '/' ? '' : location.pathname + location.search
let text = texts['zh-CN'].phone
let seen: Looked = { people: [], codes: [] }
let holder = ''
let message = ''

speakIn(byId('language'), (_, language) => {
  text = texts[language].phone
  document.title = text.title
  byId('title').textContent = text.title
  byId('lead').textContent = text.lead
  byId('holder-label').textContent = text.holder
  draw()
})

for (;;) {
  await refresh()
  await new Promise(resolve => setTimeout(resolve, 1500))
}

async function refresh(): Promise<void> {
  const looked = await look()
  if (!looked || JSON.stringify(looked) === JSON.stringify(seen)) return
  seen = looked
  if (!holder) hold(holderBefore() ?? looked.people[0]?.id ?? '')
  draw()
}

function draw(): void {
  const people = seen.people.map(({ id, name }) => {
    const button = element('button', { type: 'button', 'aria-pressed': String(id === holder) }, name)
    button.addEventListener('click', () => {
      hold(id)
      draw()
    })
    return button
  })
  byId('holders').replaceChildren(...people)
  byId('screen').replaceChildren(...(here === '' ? drawList() : drawCode(seen.codes.find(({ at }) => at === here))))
}

function drawList(): Node[] {
  const open = seen.codes.filter(({ status }) => status !== 'confirmed')
  if (open.length === 0) return [element('p', { class: 'muted' }, text.noCodes)]
  const rows = open.map(code =>
    element(
      'li',
      {},
      element('a', { href: code.at }, `${text.kinds[code.kind]} · ${code.app}`),
      code.secondsLeft > 0 && element('span', { class: 'muted' }, text.left(code.secondsLeft)),
    ),
  )
  return [element('h2', {}, text.codes), element('ul', { class: 'codes' }, ...rows)]
}

function drawCode(code: PhoneCode | undefined): Node[] {
  const back = element('a', { href: '/' }, text.back)
  if (!code) return [element('p', {}, text.gone), back]
  const title = element('h2', {}, text.ask[code.kind](code.app))
  const state = element('p', { class: 'muted' }, describe(code))
  const answered = message === '' ? [] : [element('p', { class: 'message' }, ...withLinks(message))]
  return [title, state, ...answered, ...buttons(code), back]
}

function describe(code: PhoneCode): string {
  switch (code.status) {
    case 'waiting':
      return `${text.kinds[code.kind]}${code.secondsLeft > 0 ? ` · ${text.left(code.secondsLeft)}` : ''}`
    case 'scanned':
      return code.holder === '' ? text.kinds[code.kind] : text.scanned(nameOf(code.holder))
    case 'denied':
      return text.denied
    case 'confirmed':
      return text.confirmed
  }
}

function buttons({ status, at }: PhoneCode): Node[] {
  switch (status) {
    case 'waiting':
    case 'denied':
      return [button(text.scan, 'primary', at, 'scan')]
    case 'scanned':
      return [button(text.confirm, 'confirm', at, 'confirm'), button(text.deny, 'quiet', at, 'deny')]
    case 'confirmed':
      return []
  }
}

function button(label: string, look: string, at: string, step: PhoneAct): HTMLButtonElement {
  const made = element('button', { type: 'button', class: `button wide ${look}` }, label)
  made.addEventListener('click', async () => {
    made.disabled = true
    const { error, shown = '', leadsTo } = await act({ at, act: step, user: holder })
    byId('trouble').textContent = error === undefined ? '' : `${text.failed}: ${error}`
    if (leadsTo !== undefined) location.href = leadsTo
    message = shown
    made.disabled = false
    await refresh()
    draw()
  })
  return made
}

/** Remembered by the browser: pages that are opened inside WeChat ask the simulator whose phone this is. */
function hold(id: string): void {
  holder = id
  // biome-ignore lint/suspicious/noDocumentCookie: the newer way is asynchronous, and not in every browser
  document.cookie = `simulated_phone=${encodeURIComponent(id)}; path=/; SameSite=Lax`
}

function holderBefore(): string | undefined {
  const known = /(?:^|; )simulated_phone=([^;]*)/.exec(document.cookie)?.[1]
  return known === undefined ? undefined : decodeURIComponent(known)
}

function nameOf(person: string): string {
  return seen.people.find(({ id }) => id === person)?.name ?? person
}

/** Accounts write links as addresses, or as `<a href="…">words</a>`; nothing else of their text is markup. */
function withLinks(text: string): (Node | string)[] {
  return text.split(/(<a href="https?:[^"]*">[^<]*<\/a>|https?:\/\/[^\s<]+)/).map(part => {
    const [, address = part, words = part] = /^<a href="([^"]*)">([^<]*)</.exec(part) ?? []
    return /^https?:/.test(address) ? element('a', { href: address }, words) : part
  })
}
