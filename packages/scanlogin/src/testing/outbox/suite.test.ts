import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../stores/memory.ts'
import { createClock } from '../clock.ts'
import { brokenOutboxes } from './broken-outboxes.ts'
import type { OutboxStore } from './rules.ts'
import { allOutboxRules, findOutboxBreaches, outboxSuite } from './suite.ts'

function open(breaking = (real: OutboxStore) => real) {
  const clock = createClock()
  const { outbox, ...store } = memoryStore({ clock })
  if (!outbox) throw new Error('The memory store has one')
  const opened = breaking({ ...store, outbox })
  return { here: opened, there: opened, pass: clock.advance, now: clock.now }
}

outboxSuite('memoryStore', { describe, it, open })

describe('the outbox suite', () => {
  for (const [name, { breaks, open: breaking }] of Object.entries(brokenOutboxes)) {
    it(`rejects an outbox that ${name}`, async () => {
      const breaches = await findOutboxBreaches(() => open(breaking))
      expect(breaches.map(({ rule }) => rule)).toEqual(expect.arrayContaining([...breaks]))
    })
  }

  it('has no rule that no outbox breaks', () => {
    const broken = new Set(Object.values(brokenOutboxes).flatMap(({ breaks }) => breaks))
    expect(allOutboxRules().filter(rule => !broken.has(rule))).toEqual([])
  })

  it('finds nothing wrong with the outbox that they are made of', async () => {
    expect(await findOutboxBreaches(open)).toEqual([])
  })

  it('does not pass a store that has none', async () => {
    const { outbox: _, ...store } = memoryStore()
    const breaches = await findOutboxBreaches(() => ({ here: store, there: store, pass: async () => {} }))
    expect(breaches).toHaveLength(allOutboxRules().length)
  })
})
