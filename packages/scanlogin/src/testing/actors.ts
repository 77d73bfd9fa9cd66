/** Who takes part in a sign-in, and who should have no part in it. */
import { type ScriptedBrowser, type ScriptedBrowserOptions, scriptedBrowser } from './browser.ts'
import type { CallerOptions } from './caller.ts'
import { type ScriptedPhone, scriptedPhone } from './phone.ts'

export interface ActorsOptions extends CallerOptions {
  /** Lets phones name their users. */
  apiKey: string
  /** The origin of the sign-in page. Default: that of `url`. */
  origin?: string
  /** How browsers prove themselves. Default `cookie`. */
  proof?: 'cookie' | 'bearer'
}

export interface Actors {
  readonly browser: ScriptedBrowser
  /** Alice's. */
  readonly phone: ScriptedPhone
  /** Another browser and another person's phone. */
  readonly stranger: { readonly browser: ScriptedBrowser; readonly phone: ScriptedPhone }
  newBrowser(options?: Partial<ScriptedBrowserOptions>): ScriptedBrowser
  /** `name` becomes the user's id, with a suffix that nobody else has. */
  newPhone(name: string): ScriptedPhone
}

export function createActors({ apiKey, origin, proof = 'cookie', ...caller }: ActorsOptions): Actors {
  const page = { ...caller, proof, ...(origin !== undefined && { origin }) }
  const newBrowser: Actors['newBrowser'] = options => scriptedBrowser({ ...page, ...options })
  const newPhone: Actors['newPhone'] = name => {
    // A user id per phone: a server that counts a user's tries must not count those of another test.
    const user = { id: `${name.toLowerCase()}-${crypto.randomUUID()}`, name: `${name} Example` }
    return scriptedPhone({ ...caller, apiKey, user })
  }
  return {
    browser: newBrowser(),
    phone: newPhone('Alice'),
    stranger: { browser: newBrowser(), phone: newPhone('Mallory') },
    newBrowser,
    newPhone,
  }
}
