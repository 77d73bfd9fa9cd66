/**
 * The simulated phone: whoever holds it scans one of the open codes and decides. Opening a code's own address shows
 * that code; anywhere else all open codes are listed.
 */
import { byId, element } from '../page/dom.ts'
import { speakIn } from '../page/language.ts'
import { texts } from './messages.ts'
import { type Act, act, type Looked, look, type PhoneCode } from './phone-calls.ts'

const here = location.pathname === '/' ? '' : location.pathname + location.search
let text = texts['zh-CN'].phone
let seen: Looked = { people: [], codes: [] }
let holder = ''

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
  holder ||= looked.people[0]?.id ?? ''
  draw()
}

function draw(): void {
  const people = seen.people.map(({ id, name }) => {
    const button = element('button', { type: 'button', 'aria-pressed': String(id === holder) }, name)
    button.addEventListener('click', () => {
      holder = id
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
      element('span', { class: 'muted' }, text.left(code.secondsLeft)),
    ),
  )
  return [element('h2', {}, text.codes), element('ul', { class: 'codes' }, ...rows)]
}

function drawCode(code: PhoneCode | undefined): Node[] {
  const back = element('a', { href: '/' }, text.back)
  if (!code) return [element('p', {}, text.gone), back]
  return [
    element('h2', {}, text.ask(code.app)),
    element('p', { class: 'muted' }, describe(code)),
    ...buttons(code),
    back,
  ]
}

function describe(code: PhoneCode): string {
  switch (code.status) {
    case 'waiting':
      return `${text.kinds[code.kind]} · ${text.left(code.secondsLeft)}`
    case 'scanned':
      return text.scanned(seen.people.find(({ id }) => id === code.holder)?.name ?? '')
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

function button(label: string, look: string, at: string, step: Act): HTMLButtonElement {
  const made = element('button', { type: 'button', class: `button wide ${look}` }, label)
  made.addEventListener('click', async () => {
    made.disabled = true
    const trouble = await act({ at, act: step, user: holder })
    byId('trouble').textContent = trouble === undefined ? '' : `${text.failed}: ${trouble}`
    made.disabled = false
    await refresh()
  })
  return made
}
