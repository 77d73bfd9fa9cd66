/**
 * A module of a site's own: its default export is what is wanted, or a function that makes it from the environment. What
 * cannot be loaded ends the start: a site must not run without what it was told to have.
 */
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Store } from 'scanlogin'
import type { ConfigError } from '../config.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface OwnModule {
  /** A path from the working directory, or the name of a package. */
  specifier: string
  env: Environment
  store: Store
  /** The error in the words of the setting that names the module. */
  refused(why: string, cause?: unknown): ConfigError
}

/** What the module gives; whether that is what is wanted is for the caller to see. Throws `refused`. */
export async function loadOwnModule({ specifier, env, store, refused }: OwnModule): Promise<unknown> {
  try {
    const module: unknown = await import(addressOf(specifier))
    const isModule = typeof module === 'object' && module !== null && 'default' in module
    const exported = isModule ? module.default : undefined
    return typeof exported === 'function' ? await exported(env, { store }) : exported
  } catch (error) {
    throw refused(error instanceof Error ? error.message : 'it threw what is no error', error)
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
