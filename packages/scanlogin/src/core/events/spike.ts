/**
 * Notices when many people say "not me" at a time: someone may be sending codes around. Counted in the store, so that it
 * is noticed however many nodes the denials are spread over, and said by one of them.
 *
 * Denials are rare and counted at once. Everybody who signs in confirms, so each node adds its own up and tells the store
 * of them every few seconds, and with its next denial: an alarm needs no exact number.
 */
import { createSharedTally, type Tally, total } from '../limits/tally.ts'
import type { Store } from '../store.ts'

/** ms that are looked at together, the same ones on every node; at most one alarm in that time. */
const window = 300_000
/** Fewer are chance. */
const least = 10
/** ms between two of this node's reports of confirmations, where nobody denies. */
const reportEvery = 5000

export interface Spike {
  /** A person has decided. Gives the number of denials where it is for this call to raise the alarm. */
  note(decision: 'confirmed' | 'denied', now: number): Promise<number | undefined>
}

export function createSpike(store: Store): Spike {
  const count = createSharedTally(store, Number.POSITIVE_INFINITY)
  let present = 0
  let unreported = 0
  let reportAt = 0
  let alarmed = false

  function begin(number: number): void {
    if (number === present) return
    present = number
    unreported = 0
    reportAt = 0
    alarmed = false
  }

  async function report(confirmed: Tally, now: number): Promise<void> {
    const amount = unreported
    unreported = 0
    reportAt = now + reportEvery
    if (amount > 0) await count(confirmed, amount)
  }

  return {
    async note(decision, now) {
      begin(Math.floor(now / window))
      const { confirmed, denied, alarm } = talliesOf(present)
      if (decision === 'confirmed') unreported++
      // The fleet has been told: until the window is over nobody counts any more.
      if (alarmed) return undefined
      if (decision === 'confirmed') {
        if (now >= reportAt) await report(confirmed, now)
        return undefined
      }
      await report(confirmed, now)
      const denials = (await count(denied, 1)) ?? 0
      if (denials < least || denials <= (await total(store, confirmed.key))) return undefined
      // Of all nodes that have noticed, the one that writes this says so; while it cannot be written, the next denial tries.
      const isFirst = await store.put(alarm.key, { version: 1, expiresAt: alarm.until, value: '1' })
      alarmed = true
      return isFirst ? denials : undefined
    },
  }
}

function talliesOf(number: number): Record<'confirmed' | 'denied' | 'alarm', Tally> {
  // Nodes whose clocks differ a little may still count for the window before.
  const tally = (name: string): Tally => ({ key: `spike:${name}:${number}`, until: (number + 2) * window })
  return { confirmed: tally('confirmed'), denied: tally('denied'), alarm: tally('alarm') }
}
