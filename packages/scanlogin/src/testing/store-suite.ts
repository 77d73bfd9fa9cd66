/**
 * Runs the rules of the store contract over any store, with any test runner:
 *
 *     import { describe, it } from 'node:test'
 *     storeSuite('my store', { describe, it, open: async () => ({ here, there, pass }) })
 *
 * The suite itself is tested with stores that are broken on purpose.
 */
import { type StoreRule, storeRules } from './stores/rules.ts'
import { createTrial, type OpenStore } from './stores/trial.ts'

export type { OpenStore, StoreRule }

export interface StoreSuiteOptions {
  describe: (name: string, body: () => void) => unknown
  it: (name: string, body: () => Promise<void>) => unknown
  /** Opens the store for one rule. The suite closes both handles, and uses keys that no other rule uses. */
  open: () => OpenStore | Promise<OpenStore>
  /** Rules that this store cannot keep, each with the reason. */
  exceptions?: { readonly [rule in StoreRule]?: string }
}

export interface StoreBreach {
  readonly rule: StoreRule
  readonly cause: unknown
}

/** Registers one test for each rule. Throws `TypeError` for an exception that is unknown or has no reason. */
export function storeSuite(name: string, { describe, it, open, exceptions = {} }: StoreSuiteOptions): void {
  for (const [rule, reason] of Object.entries(exceptions)) {
    if (!(rule in storeRules)) throw new TypeError(`exceptions: there is no rule "${rule}"`)
    if (!reason.trim()) throw new TypeError(`exceptions: say why the store cannot keep "${rule}"`)
  }
  describe(`${name}, as a store,`, () => {
    for (const rule of allRules()) {
      if (exceptions[rule] === undefined) it(rule, () => keep(rule, open))
    }
  })
}

/** Tries every rule, one after the other, and tells which the store breaks. */
export async function findBreaches(open: StoreSuiteOptions['open']): Promise<StoreBreach[]> {
  const breaches: StoreBreach[] = []
  for (const rule of allRules()) {
    await keep(rule, open).catch(cause => breaches.push({ rule, cause }))
  }
  return breaches
}

export function allRules(): StoreRule[] {
  // Object.keys forgets what it was given: these are the keys of `storeRules` and nothing else.
  return Object.keys(storeRules) as StoreRule[]
}

async function keep(rule: StoreRule, open: StoreSuiteOptions['open']): Promise<void> {
  const opened = await open()
  try {
    await storeRules[rule](opened.here, opened.there, createTrial(opened))
  } finally {
    for (const store of new Set([opened.here, opened.there])) await store.close()
  }
}
