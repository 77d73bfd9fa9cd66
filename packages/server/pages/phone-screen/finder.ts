/** The viewfinder. It turns itself off when the page is hidden, and says so. */
import { CameraError } from 'scanlogin/phone'
import { element } from '../page/dom.ts'
import { button, card } from './parts.ts'
import type { Stage } from './view.ts'

export function drawFinder({ taps, messages: { scanning }, scanner, gone }: Stage): HTMLElement {
  const sight = element('div', { class: 'sight' })
  const finder = element('div', { class: 'finder' }, sight, element('span', { class: 'corners' }))
  const status = element('p', { class: 'muted', role: 'status' }, scanning.lead)
  const resume = button(scanning.resume, 'primary wide', open)
  resume.hidden = true

  function off(text: string, canResume: boolean): void {
    finder.classList.add('off')
    status.textContent = text
    resume.hidden = !canResume
  }

  async function open(): Promise<void> {
    finder.classList.remove('off')
    status.textContent = scanning.lead
    resume.hidden = true
    try {
      const camera = await scanner.open(sight, { onText: taps.read, onStop: () => off(scanning.paused, true) })
      if (gone.aborted) camera.stop()
      gone.addEventListener('abort', camera.stop)
    } catch (error) {
      if (!(error instanceof CameraError)) throw error
      off(scanning[error.code], error.code === 'camera_busy')
    }
  }

  void open()
  return card(
    'scanning',
    scanning.title,
    finder,
    status,
    resume,
    button(scanning.stop, 'quiet wide', taps.start, 'back'),
  )
}
