/** One of several processes that serve together. It starts and stops as the first process says, and by no signal. */
import type { App } from '../app.ts'
import { isOrder, numberVariable, type Report } from './orders.ts'

/** From 1 on; `undefined` where this process is no worker. */
export function workerNumber(): number | undefined {
  const number = process.env[numberVariable]
  return process.send && number !== undefined ? Number(number) : undefined
}

/**
 * A signal that a terminal or systemd sends reaches all processes; the first one passes it on in its own order. It is
 * called before anything else, so that a worker that is still starting does not go by itself.
 */
export function leaveSignalsToTheFirst(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const) process.on(signal, () => {})
}

export function serveAsWorker(app: App): void {
  process.on('message', async message => {
    if (!isOrder(message)) return
    await (message === 'stop' ? app.stop() : app.leave())
    process.exit(0)
  })
  report({ report: 'ready', url: app.url, publicUrl: app.publicUrl })
}

/** Resolves when the first process has it: whoever ends before that takes the words along. */
export function reportFailure(text: string): Promise<void> {
  return report({ report: 'failed', text })
}

function report(message: Report): Promise<void> {
  return new Promise(resolve => {
    // Where the first process is gone nobody listens, and this one ends with it.
    if (process.send) process.send(message, () => resolve())
    else resolve()
  })
}
