/** The page with the code, of all services but WeChat: it asks how the visit stands, and goes where that leads. */
import { byId } from '../page/dom.ts'
import { speakIn } from '../page/language.ts'
import { meta } from '../page/meta.ts'
import { texts } from './messages.ts'

type Status = 'waiting' | 'scanned' | 'denied' | 'confirmed'

let status: Status = 'waiting'
let text = texts['zh-CN'].code

speakIn(byId('language'), (_, language) => {
  text = texts[language].code
  document.title = text.titleAt(meta('app-name') ?? '', meta('service') ?? '')
  byId('title').textContent = document.title
  byId('phone').textContent = text.phone
  show()
})

// It ends by leaving the page.
for (;;) {
  const visit = await look()
  if (visit === 'gone') location.reload()
  else if (visit) {
    status = visit.status
    show()
    if (visit.leadsTo !== '') (window.top ?? window).location.href = visit.leadsTo
  }
  await new Promise(resolve => setTimeout(resolve, 1000))
}

async function look(): Promise<{ status: Status; leadsTo: string } | 'gone' | undefined> {
  try {
    const reply = await fetch(`/visits/${meta('visit')}`, { cache: 'no-store' })
    if (reply.status === 409) return 'gone'
    // Proof: the page and the call come from one build.
    return reply.ok ? ((await reply.json()) as { status: Status; leadsTo: string }) : undefined
  } catch {
    return undefined
  }
}

function show(): void {
  document.body.dataset.status = status
  byId('status').textContent = text[status]
}
