/** What an official account and its server share, from the environment. */
import { z } from 'zod'

const key = z.string().regex(/^[A-Za-z\d]{43}$/, 'write the 43 letters and digits of the console (EncodingAESKey)')

export const sceneSettings = {
  SCANLOGIN_WECHAT_PUSH_TOKEN: z
    .string()
    .regex(/^[A-Za-z\d]{3,32}$/, 'write the 3 to 32 letters and digits of the console (Token)')
    .optional(),
  SCANLOGIN_WECHAT_PUSH_KEY: key.optional(),
  SCANLOGIN_WECHAT_PUSH_PREVIOUS_KEY: key.optional(),
}

/** What is wrong between them, or `undefined`. */
export function sceneProblem(given: Readonly<Record<string, string | undefined>>): string | undefined {
  const { SCANLOGIN_WECHAT_PUSH_TOKEN: token, SCANLOGIN_WECHAT_PUSH_KEY: key } = given
  if (token !== undefined && given.SCANLOGIN_WECHAT_ACCOUNT_APP_ID === undefined) {
    return 'SCANLOGIN_WECHAT_PUSH_TOKEN: it belongs to an official account; write SCANLOGIN_WECHAT_ACCOUNT_APP_ID as well.'
  }
  if (token === undefined && key !== undefined) {
    return 'SCANLOGIN_WECHAT_PUSH_KEY: write SCANLOGIN_WECHAT_PUSH_TOKEN as well.'
  }
  if (key === undefined && given.SCANLOGIN_WECHAT_PUSH_PREVIOUS_KEY !== undefined) {
    return 'SCANLOGIN_WECHAT_PUSH_PREVIOUS_KEY: write SCANLOGIN_WECHAT_PUSH_KEY as well.'
  }
  return undefined
}
