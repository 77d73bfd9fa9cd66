/** Waits for an attempt that another request, here or on another node, has taken. */
import { type Attempt, attemptIn } from './attempt.ts'
import type { Setting } from './create-connector.ts'

/** The attempt once it is done; `undefined` where whoever took it does not come back. */
export async function doneAttempt(
  { store, clock }: Pick<Setting, 'store' | 'clock'>,
  key: string,
): Promise<(Attempt & { step: 'done' }) | undefined> {
  const patience = timer(clock.after, patient)
  let woken = () => {}
  const watch = await store.watch(key, () => woken())
  try {
    for (;;) {
      // Armed before it is read: a ring between the two is not lost.
      const rung = new Promise<void>(resolve => {
        woken = resolve
      })
      const entry = await store.get(key)
      const attempt = entry && attemptIn(entry)
      if (!attempt) return undefined
      if (attempt.step === 'done') return attempt
      const again = timer(clock.after, lookAgain)
      const first = await Promise.race([rung, again.over, patience.over.then(() => 'late' as const)])
      again.cancel()
      // It ends because patience does.
      if (first === 'late') return undefined
    }
  } finally {
    patience.cancel()
    watch.stop()
  }
}

/** ms: two calls to the provider, each with its deadline, and one that was repeated. */
const patient = 15_000
/** ms: a ring may get lost. */
const lookAgain = 1000

function timer(after: Setting['clock']['after'], ms: number): { over: Promise<void>; cancel: () => void } {
  let cancel = () => {}
  const over = new Promise<void>(resolve => {
    cancel = after(ms, resolve)
  })
  return { over, cancel }
}
