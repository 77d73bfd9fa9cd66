/** Waits for what another request, here or on another node, is about to write. */
import type { Clock } from '../core/clock.ts'
import type { Entry, Store } from '../core/store.ts'

export interface Waited<T> {
  readonly store: Store
  readonly clock: Pick<Clock, 'after'>
  readonly key: string
  /** ms. */
  readonly patience: number
  /** What has been waited for, once the entry says so; `undefined` as long as it does not. */
  look(entry: Entry | undefined): Promise<T | undefined> | T | undefined
}

/** `undefined` once patience is over. */
export async function eventually<T>({ store, clock, key, patience, look }: Waited<T>): Promise<T | undefined> {
  const end = timer(clock, patience)
  let woken = () => {}
  const watch = await store.watch(key, () => woken())
  try {
    for (;;) {
      // Armed before it is read: a ring between the two is not lost.
      const rung = new Promise<void>(resolve => {
        woken = resolve
      })
      const found = await look(await store.get(key))
      if (found !== undefined) return found
      const again = timer(clock, lookAgain)
      const first = await Promise.race([rung, again.over, end.over.then(() => 'late' as const)])
      again.cancel()
      if (first === 'late') return undefined
    }
  } finally {
    end.cancel()
    watch.stop()
  }
}

/** ms: a ring may get lost. */
const lookAgain = 1000

function timer({ after }: Pick<Clock, 'after'>, ms: number): { over: Promise<void>; cancel: () => void } {
  let cancel = () => {}
  const over = new Promise<void>(resolve => {
    cancel = after(ms, resolve)
  })
  return { over, cancel }
}
