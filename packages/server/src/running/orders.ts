/** What the first process and its workers say to each other. */
import type { App } from '../app.ts'

/** To a worker: all go down, or this one goes while the others stay. */
export type Order = 'stop' | 'leave'

/** From a worker: it listens, or it cannot, and why. */
export type Report = ({ readonly report: 'ready' } & Address) | { readonly report: 'failed'; readonly text: string }

export type Address = Pick<App, 'url' | 'publicUrl'>

export function isOrder(message: unknown): message is Order {
  return message === 'stop' || message === 'leave'
}

export function isReport(message: unknown): message is Report {
  return typeof message === 'object' && message !== null && 'report' in message
}

/** What tells a worker its number. It does not begin like a setting, because nobody but the first process sets it. */
export const numberVariable = 'WORKER_NUMBER'
