/**
 * Policies of a site's own, from a module: its default export is a policy, or a function that makes one. What cannot be
 * loaded ends the start: a site must not run without a policy that it was told to have.
 */
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Policy, Store } from 'scanlogin'
import { ConfigError } from '../config.ts'
import { choiceNames } from './choices.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Makes a policy from the environment; `store` is the site's, for counting what all nodes have to agree on. */
export type PolicyMaker = (env: Environment, site: { readonly store: Store }) => Policy | Promise<Policy>

/** `specifier` is a path from the working directory, or the name of a package. Throws `ConfigError`. */
export async function loadPolicy(specifier: string, env: Environment, store: Store): Promise<Policy> {
  const exported = await defaultExport(specifier)
  const policy: unknown =
    typeof exported === 'function' ? await made(specifier, () => exported(env, { store })) : exported
  if (isPolicy(policy)) return policy
  throw refused(specifier, 'its default export has to be a policy, { name, decide }, or a function that makes one')
}

async function defaultExport(specifier: string): Promise<unknown> {
  const module: unknown = await made(specifier, () => import(addressOf(specifier)))
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined
}

async function made<T>(specifier: string, make: () => T | Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (error) {
    throw refused(specifier, error instanceof Error ? error.message : 'it threw what is no error', error)
  }
}

function addressOf(specifier: string): string {
  if (/^\.{0,2}\//.test(specifier)) return pathToFileURL(resolve(specifier)).href
  try {
    // What is installed beside the site's own code comes before what is installed with the server.
    return pathToFileURL(createRequire(resolve('policies.js')).resolve(specifier)).href
  } catch {
    return specifier
  }
}

function refused(specifier: string, why: string, cause?: unknown): ConfigError {
  const error = new ConfigError([
    `SCANLOGIN_POLICIES: "${specifier}" cannot be used: ${why}. Ready-made are ${choiceNames}.`,
  ])
  error.cause = cause
  return error
}

function isPolicy(value: unknown): value is Policy {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('decide' in value)) return false
  return typeof value.name === 'string' && typeof value.decide === 'function'
}
