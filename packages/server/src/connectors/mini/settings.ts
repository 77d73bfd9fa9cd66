/** What the server has to know of a mini program besides its app id and secret, from the environment. */
import { z } from 'zod'

export const miniSettings = {
  SCANLOGIN_WECHAT_MINI_PAGE: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+)*$/, 'write the path of the page as in app.json, such as pages/confirm/confirm')
    .default('pages/confirm/confirm'),
  SCANLOGIN_WECHAT_MINI_VERSION: z
    .enum(['release', 'trial', 'develop'], 'write release, trial or develop')
    .default('release'),
}
