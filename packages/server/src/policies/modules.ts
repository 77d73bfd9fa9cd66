/** Policies of a site's own, from a module: its default export is a policy, or a function that makes one. */
import type { Policy, Store } from 'scanlogin'
import { ConfigError } from '../config.ts'
import { choiceNames } from './choices.ts'
import { type Environment, loadOwnModule } from './own-module.ts'

/** Makes a policy from the environment; `store` is the site's, for counting what all nodes have to agree on. */
export type PolicyMaker = (env: Environment, site: { readonly store: Store }) => Policy | Promise<Policy>

/** `specifier` is a path from the working directory, or the name of a package. Throws `ConfigError`. */
export async function loadPolicy(specifier: string, env: Environment, store: Store): Promise<Policy> {
  const refused = (why: string, cause?: unknown) => {
    const error = new ConfigError([
      `SCANLOGIN_POLICIES: "${specifier}" cannot be used: ${why}. Ready-made are ${choiceNames}.`,
    ])
    error.cause = cause
    return error
  }
  const policy = await loadOwnModule({ specifier, env, store, refused })
  if (isPolicy(policy)) return policy
  throw refused('its default export has to be a policy, { name, decide }, or a function that makes one')
}

function isPolicy(value: unknown): value is Policy {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('decide' in value)) return false
  return typeof value.name === 'string' && typeof value.decide === 'function'
}
