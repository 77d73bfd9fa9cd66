/** The policies that the configuration asks for. */
import type { Policy, Store } from 'scanlogin'
import { openChoice } from './choices.ts'
import { loadPolicy } from './modules.ts'
import { chosenPolicies, type PolicyConfig } from './settings.ts'

export interface PolicySetting {
  config: PolicyConfig
  store: Store
  /** What modules of the site's own are given. */
  env: Readonly<Record<string, string | undefined>>
}

/** Throws `ConfigError` for a module that cannot be loaded. */
export async function openPolicies({ config, store, env }: PolicySetting): Promise<readonly Policy[]> {
  const { choices, modules } = chosenPolicies(config)
  const own = await Promise.all(modules.map(specifier => loadPolicy(specifier, env, store)))
  return [...choices.map(choice => openChoice(choice, store)), ...own]
}
