/** Who may open the console, from the environment: whoever has a key, and people by their user ids. Nobody: there is none. */
import { z } from 'zod'

export const consoleSettings = {
  SCANLOGIN_CONSOLE_KEY: z
    .string()
    .regex(/^[\w.~+/=-]{32,4096}$/, {
      error:
        'write at least 32 letters and digits (and - . _ ~ + / =), for example the output of "openssl rand -base64 32"',
    })
    .optional(),
  SCANLOGIN_ADMINS: z
    .string()
    .transform(text =>
      text
        .split(',')
        .map(id => id.trim())
        .filter(id => id !== ''),
    )
    .refine(ids => ids.length > 0, 'write at least one user id, or leave it out')
    .optional(),
}

/** A back end's key lies on more machines than an administrator's should. */
export function consoleProblem(given: Readonly<Record<string, string | undefined>>): string | undefined {
  const { SCANLOGIN_CONSOLE_KEY: key, SCANLOGIN_API_KEY: keys = '' } = given
  const shared = keys.split(',').some(one => one.trim() === key)
  return shared ? 'SCANLOGIN_CONSOLE_KEY: write another key than those of SCANLOGIN_API_KEY.' : undefined
}
