/**
 * What a store promises, as sentences. Each rule gets two handles on one store: `here` and `there` stand for two
 * nodes, with a connection each. `store-suite.ts` runs them.
 */
import { lifetimeRules } from './lifetime-rules.ts'
import { registerRules } from './register-rules.ts'
import { ringRules } from './ring-rules.ts'
import { watchRules } from './watch-rules.ts'

export type StoreRule = keyof typeof storeRules

export const storeRules = { ...registerRules, ...watchRules, ...ringRules, ...lifetimeRules }
