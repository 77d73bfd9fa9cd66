/**
 * Runs the rules of the outbox over any store that has one, with any test runner, beside `storeSuite`. Like that one it is
 * itself tested with outboxes that are broken on purpose.
 */
import type { Store } from '../../core/store.ts'
import type { StoreSuiteOptions } from '../store-suite.ts'
import { createTrial } from '../stores/trial.ts'
import { type OutboxRule, type OutboxStore, outboxRules } from './rules.ts'

export type { OutboxRule }

export type OutboxSuiteOptions = Pick<StoreSuiteOptions, 'describe' | 'it' | 'open'>

export interface OutboxBreach {
  readonly rule: OutboxRule
  readonly cause: unknown
}

/** Registers one test for each rule. */
export function outboxSuite(name: string, { describe, it, open }: OutboxSuiteOptions): void {
  describe(`${name}, as an outbox,`, () => {
    for (const rule of allOutboxRules()) it(rule, () => keep(rule, open))
  })
}

/** Tries every rule, one after the other, and tells which the outbox breaks. */
export async function findOutboxBreaches(open: OutboxSuiteOptions['open']): Promise<OutboxBreach[]> {
  const breaches: OutboxBreach[] = []
  for (const rule of allOutboxRules()) await keep(rule, open).catch(cause => breaches.push({ rule, cause }))
  return breaches
}

export function allOutboxRules(): OutboxRule[] {
  // Object.keys forgets what it was given: these are the keys of `outboxRules` and nothing else.
  return Object.keys(outboxRules) as OutboxRule[]
}

async function keep(rule: OutboxRule, open: OutboxSuiteOptions['open']): Promise<void> {
  const opened = await open()
  const { here, there } = opened
  try {
    await outboxRules[rule](withOutbox(here), withOutbox(there), createTrial(opened))
  } finally {
    for (const store of new Set([here, there])) await store.close()
  }
}

function withOutbox(store: Store): OutboxStore {
  const { outbox } = store
  if (!outbox) throw new TypeError('the store has no outbox')
  return { ...store, outbox }
}
