/**
 * Looks after everyone who waits, many at a time: a message may get lost, so each watched key is compared with Redis once
 * a round, hundreds of keys in one command. Those who wait need no timer and no read of their own for it.
 */
import type { Listeners } from '../listeners.ts'
import type { Commands } from './commands.ts'
import { changedScript } from './scripts.ts'

export interface Rounds {
  /** From now on, while somebody listens. `version` is the one that they know, 0 for none. */
  include(name: string, version: number): void
  /** A message has told them of this one. */
  heard(name: string, version: number): void
  stop(): void
}

/** `period` is what a round takes at most, ms. */
export function createRounds(commands: Commands, listeners: Listeners, period: number): Rounds {
  const known = new Map<string, number>()
  let round = known.entries()
  let due = 0
  let timer: ReturnType<typeof setInterval> | undefined

  function lookAtSome(): void {
    if (known.size === 0) stop()
    due += known.size / ticks
    while (due >= 1) {
      const count = Math.min(Math.floor(due), most)
      due -= count
      compare(nextOnes(count))
    }
  }

  /** The next keys of the round; those that nobody listens to any more leave by the way. */
  function nextOnes(count: number): [name: string, version: number][] {
    const batch: [string, number][] = []
    for (let rounds = 0; batch.length < count; ) {
      const { value, done } = round.next()
      if (done) {
        round = known.entries()
        if (++rounds === 2) break
      } else if (listeners.has(value[0])) batch.push(value)
      else known.delete(value[0])
    }
    return batch
  }

  async function compare(batch: readonly [name: string, version: number][]): Promise<void> {
    const names = batch.map(([name]) => name)
    if (names.length === 0) return
    try {
      const versions = batch.map(([, version]) => String(version))
      const found = await commands.run(changedScript, names, versions)
      if (!Array.isArray(found)) return
      for (let at = 0; at < found.length; at += 2) ringLate(names[Number(found[at])], Number(found[at + 1]))
    } catch {
      // Each of them looks by itself, and is told what is wrong.
      for (const name of names) listeners.notify(name, 'late')
    }
  }

  function ringLate(name: string | undefined, version: number): void {
    // The message may have come while Redis was asked.
    if (name === undefined || !known.has(name) || known.get(name) === version) return
    known.set(name, version)
    listeners.notify(name, 'late')
  }

  function stop(): void {
    clearInterval(timer)
    timer = undefined
  }

  return {
    include(name, version) {
      known.set(name, version)
      timer ??= setInterval(lookAtSome, period / (ticks + spare))
    },
    heard(name, version) {
      if ((known.get(name) ?? version) < version) known.set(name, version)
    },
    stop() {
      known.clear()
      stop()
    },
  }
}

/** Parts that a round is taken in, and the time that is left over for keys that are added while it lasts. */
const ticks = 16
const spare = 4

/** Keys in one command: some 0.2 ms of Redis' time. */
const most = 256
