/**
 * Clocks. Tickets and sessions go by the store's, so that a wrong clock here harms none of them. But access tokens and
 * signed sessions carry times that this machine and others compare with their own.
 */
import { type Examination, type Finding, fail, ok, warn } from '../examination.ts'
import type { StoreNode } from './nodes.ts'

/** ms. The tolerance for access tokens is 30 s; the machines of one store have to agree far better. */
const [doubtful, wrong, apart] = [2000, 25_000, 500]

export const storeClock: Examination = {
  id: 'clocks',
  title: 'This machine and the store agree on the time',
  async examine({ nodes, now }) {
    const { all } = await nodes()
    const [wall, steady] = [now(), performance.now()]
    // Positive: the store is ahead.
    const skews = all.map(({ time }) => time.at - (wall - steady + (time.asked + time.answered) / 2))
    return [...judgeHere(skews), ...judgeThere(all, skews)]
  },
}

function judgeHere(skews: readonly number[]): Finding[] {
  const worst = skews.toSorted((one, other) => Math.abs(other) - Math.abs(one))[0] ?? 0
  const found = `this machine is ${seconds(worst)} ${worst > 0 ? 'behind' : 'ahead of'} the store`
  const remedy = 'Keep the clocks of both right by NTP: timedatectl shows whether they are.'
  if (Math.abs(worst) > wrong) return [fail(`${found}: good access tokens are refused, or old ones taken`, remedy)]
  return [Math.abs(worst) > doubtful ? warn(found, remedy) : ok(found)]
}

function judgeThere(all: readonly StoreNode[], skews: readonly number[]): Finding[] {
  const spread = Math.max(...skews) - Math.min(...skews)
  if (spread <= apart) return []
  return [
    fail(
      `the ${all.length} nodes of the store are ${seconds(spread)} apart: codes are too old as soon as they are shown`,
      'Keep their clocks right by NTP.',
    ),
  ]
}

function seconds(ms: number): string {
  const amount = Math.abs(ms)
  return amount < 1000 ? `${amount.toFixed(0)} ms` : `${(amount / 1000).toFixed(1)} s`
}
