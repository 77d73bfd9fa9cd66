/**
 * The rules of the account contract, over whatever keeps accounts. `here` and `there` are two handles on the same
 * accounts, as two processes have them; the suite itself is tested with stores that are broken on purpose.
 */
import { describe, it } from 'vitest'
import type { Conflict } from '../../packages/server/src/accounts/account.ts'
import type { AccountStore } from '../../packages/server/src/accounts/store.ts'
import { lockRules } from './rules/locks.ts'
import { mergeRules } from './rules/merges.ts'
import { recordRules } from './rules/records.ts'
import { sightRules } from './rules/sights.ts'
import { unionRules } from './rules/unions.ts'

export interface Opened {
  here: AccountStore
  there: AccountStore
  /** Conflicts that were told, by either handle. */
  readonly told: readonly Conflict[]
  now(): number
  /** Lets time go by. */
  pass(ms: number): void
  /** A handle of a process that has just started. */
  restart(): Promise<AccountStore>
  close(): Promise<void>
}

export type Rule = (opened: Opened) => Promise<void>
export type Open = () => Promise<Opened>

const rules = { ...sightRules, ...unionRules, ...mergeRules, ...lockRules, ...recordRules } satisfies Record<
  string,
  Rule
>

export type RuleName = keyof typeof rules

export function accountSuite(name: string, open: Open): void {
  describe(`${name}, as a store of accounts,`, () => {
    for (const rule of allRules()) it(rule, () => keep(rule, open))
  })
}

/** Whether the store keeps the rule. */
export async function keeps(rule: RuleName, open: Open): Promise<boolean> {
  try {
    await keep(rule, open)
    return true
  } catch {
    return false
  }
}

export function allRules(): RuleName[] {
  // Object.keys forgets what it was given: these are the keys of `rules` and nothing else.
  return Object.keys(rules) as RuleName[]
}

async function keep(rule: RuleName, open: Open): Promise<void> {
  const opened = await open()
  try {
    await rules[rule](opened)
  } finally {
    await opened.close()
  }
}
