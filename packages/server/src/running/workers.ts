/**
 * Several processes that listen on one port, for machines with more than one core. This is the first process: it serves
 * nobody itself. It deals connections out to its workers, starts again who ends, and replaces them one by one on request.
 */
import type { Log } from '../log.ts'
import { type Comeback, createComeback, mostEarlyEnds, settledAge } from './comeback.ts'
import { inWords, type Member, startMember, WorkerError } from './member.ts'
import type { Address } from './orders.ts'

export interface WorkersOptions {
  count: number
  log: Log
  /** ms that a worker may take to end once it was told to. */
  patience: number
}

export interface Workers extends Address {
  /**
   * Replaces the workers one after the other, each only once its successor serves. Where a successor cannot start, those
   * that are left stay. The second call while one lasts gives the same promise. Never rejects.
   */
  roll(): Promise<void>
  /** Ends all of them at the same time. The second call gives the same promise. */
  stop(): Promise<void>
  /** Never resolves; rejects with a `WorkerError` when a worker ends at once again and again. */
  readonly failed: Promise<never>
}

/** Resolves when all listen. Rejects with a `WorkerError`, and leaves nobody behind, when one cannot. */
export async function startWorkers({ count, log, patience }: WorkersOptions): Promise<Workers> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  const members = new Set<Member>()
  const comebacks = new Map<number, Comeback>()
  let stopping: Promise<void> | undefined
  let rolling: Promise<void> | undefined
  let fail: (error: WorkerError) => void = () => {}
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  // Whatever ends this process ends them too.
  process.once('exit', () => {
    for (const { kill } of members) kill()
  })

  async function start(number: number): Promise<Member> {
    const member = startMember(number, log)
    members.add(member)
    member.ended.then(() => members.delete(member))
    await member.ready
    return member
  }

  /** Sees to it that there is one of this number for as long as there should be. */
  async function keep(member: Member): Promise<void> {
    const { number, since } = member
    const ending = await member.ended
    if (member.expected || stopping) return
    log.error({ worker: number, ...ending }, 'a worker has ended, and is started again')
    await comeBack(number, performance.now() - since, `It has ended ${inWords(ending)}.`)
  }

  async function comeBack(number: number, firstAge: number, firstReason: string): Promise<void> {
    const comeback = comebacks.get(number) ?? createComeback()
    comebacks.set(number, comeback)
    for (let age = firstAge, reason = firstReason; ; ) {
      const pause = comeback.after(age)
      if (pause === undefined) return fail(tooOften(number, reason))
      await delay(pause)
      if (stopping) return
      const since = performance.now()
      try {
        return void keep(await start(number))
      } catch (error) {
        if (stopping) return
        reason = error instanceof Error ? error.message : String(error)
        age = performance.now() - since
        log.error({ worker: number, reason }, 'a worker cannot start')
      }
    }
  }

  async function replaceAll(): Promise<void> {
    log.info('the workers are replaced one by one')
    for (const number of numbers) {
      // One that has just ended is on its way back, and needs no successor.
      const old = [...members].find(member => member.number === number)
      if (!old || stopping) continue
      // From here on it may end: there are two of that number.
      old.expected = true
      try {
        keep(await start(number))
      } catch (error) {
        log.error({ worker: number, err: error }, 'a worker has no successor: the others are not replaced')
        old.expected = false
        if (!members.has(old)) void comeBack(number, 0, 'It has ended while its successor started.')
        return
      }
      await old.dismiss('leave', patience)
    }
    log.info('the workers are replaced')
  }

  function stop(): Promise<void> {
    stopping ??= Promise.all([...members].map(member => member.dismiss('stop', patience))).then(() => {})
    return stopping
  }

  try {
    const first = await Promise.all(numbers.map(start))
    for (const member of first) keep(member)
    const [address] = await Promise.all(first.map(({ ready }) => ready))
    if (!address) throw new TypeError('count must be at least 1')
    return {
      url: address.url,
      publicUrl: address.publicUrl,
      failed,
      stop,
      roll() {
        rolling ??= replaceAll().finally(() => {
          rolling = undefined
        })
        return rolling
      },
    }
  } catch (error) {
    await Promise.all(
      [...members].map(member => {
        member.kill()
        return member.ended
      }),
    )
    throw error
  }
}

function tooOften(number: number, reason: string): WorkerError {
  const often = `Worker ${number} has ended ${mostEarlyEnds} times in a row within ${settledAge / 1000} s of its start`
  return new WorkerError(`${often}. The last time: ${reason}`)
}

function delay(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
