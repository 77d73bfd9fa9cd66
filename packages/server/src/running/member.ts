/** One worker as the first process sees it. */
import cluster, { type Worker } from 'node:cluster'
import type { Log } from '../log.ts'
import { type Address, isReport, numberVariable, type Order } from './orders.ts'

export interface Member {
  readonly number: number
  /** Rejects with a `WorkerError` where it ends before it listens. */
  readonly ready: Promise<Address>
  readonly ended: Promise<Ending>
  /** `performance.now()` of its start. */
  readonly since: number
  /** Nobody is surprised when it ends. */
  expected: boolean
  /** Has it end. One that does not within `patience` ms, or that serves nobody yet, is killed. */
  dismiss(order: Order, patience: number): Promise<void>
  kill(): void
}

export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

/** A worker could not start; its message says why, in the worker's own words where it has found any. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
}

export function startMember(number: number, log: Log): Member {
  const worker = cluster.fork({ [numberVariable]: String(number) })
  const kill = () => void worker.process.kill('SIGKILL')
  const ended = new Promise<Ending>(resolve => {
    worker.once('exit', (code: number | null, signal: string | null) => resolve({ code, signal }))
  })
  let serving = false
  const ready = readiness(worker, ended)
  ready.then(
    () => {
      serving = true
      log.info({ worker: number, pid: worker.process.pid }, 'a worker is ready')
    },
    // Who waits for it hears of it.
    () => {},
  )
  return {
    number,
    ready,
    ended,
    since: performance.now(),
    expected: false,
    async dismiss(order, patience) {
      this.expected = true
      if (serving && worker.isConnected()) worker.send(order)
      else kill()
      const timer = setTimeout(() => {
        log.error({ worker: number }, 'a worker does not end by itself: it is killed')
        kill()
      }, patience)
      await ended
      clearTimeout(timer)
    },
    kill,
  }
}

function readiness(worker: Worker, ended: Promise<Ending>): Promise<Address> {
  let words = ''
  return new Promise((resolve, reject) => {
    worker.on('message', (message: unknown) => {
      if (!isReport(message)) return
      if (message.report === 'ready') resolve(message)
      else words = message.text
    })
    ended.then(ending =>
      reject(new WorkerError(words || `A worker has ended before it was ready, ${inWords(ending)}.`)),
    )
  })
}

export function inWords({ code, signal }: Ending): string {
  return signal === null ? `with exit code ${code}` : `by ${signal}`
}
