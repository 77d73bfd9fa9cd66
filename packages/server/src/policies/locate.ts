/** Where an address is, by a module of the site's own: `SCANLOGIN_LOCATE`. Its default export is `{ locate }`, or makes one. */
import type { Store } from 'scanlogin'
import type { Locate } from 'scanlogin/policies'
import { ConfigError } from '../config.ts'
import { type Environment, loadOwnModule } from './own-module.ts'

/** What the module gives. The site's `store` is there for a cache that all nodes share. */
export interface Locator {
  locate: Locate
}

/** `undefined` where no module is named. Throws `ConfigError` for one that cannot be loaded. */
export async function openLocate(
  specifier: string | undefined,
  env: Environment,
  store: Store,
): Promise<Locate | undefined> {
  if (specifier === undefined) return undefined
  const refused = (why: string, cause?: unknown) => {
    const error = new ConfigError([`SCANLOGIN_LOCATE: "${specifier}" cannot be used: ${why}.`])
    error.cause = cause
    return error
  }
  const locator = await loadOwnModule({ specifier, env, store, refused })
  if (!isLocator(locator)) throw refused('its default export has to be { locate }, or a function that makes one')
  return address => locator.locate(address)
}

function isLocator(value: unknown): value is Locator {
  return typeof value === 'object' && value !== null && 'locate' in value && typeof value.locate === 'function'
}
