/** What an official account asks WeChat for: a temporary code for a scene, and the unionid of a follower. */
import { requiredText, textOf } from '../calls/answer.ts'
import { type CallerOptions, createCaller } from '../calls/caller.ts'
import type { AccessTokens } from '../wechat/access-token/access-tokens.ts'
import { createWechatApi } from '../wechat/api.ts'

export interface AccountCalls {
  /**
   * The address that a QR code for `scene` holds. `seconds`: how long it may be scanned, at most 2,592,000. Throws
   * `ConnectorError`.
   */
  sceneCode(scene: string, seconds: number): Promise<string>
  /** `undefined` where the account belongs to no Open Platform account. Throws `ConnectorError`. */
  unionIdOf(openid: string): Promise<string | undefined>
}

export interface AccountCallsOptions extends CallerOptions {
  accessTokens: Pick<AccessTokens, 'use'>
  /** Default `https://api.weixin.qq.com`. */
  host?: string
}

export function createAccountCalls(options: AccountCallsOptions): AccountCalls {
  const { accessTokens, host = 'https://api.weixin.qq.com', ...calling } = options
  const api = createWechatApi(createCaller('wechat', calling), { host, clock: calling.clock })
  return {
    async sceneCode(scene, seconds) {
      const wish = {
        expire_seconds: seconds,
        action_name: 'QR_STR_SCENE',
        // Directly in `action_info` it is accepted, and arrives as 0.
        action_info: { scene: { scene_str: scene } },
      }
      const answer = await accessTokens.use(token => api.post('/cgi-bin/qrcode/create', { access_token: token }, wish))
      return requiredText(answer, 'url')
    },
    async unionIdOf(openid) {
      const answer = await accessTokens.use(token =>
        api.get('/cgi-bin/user/info', { access_token: token, openid, lang: 'zh_CN' }),
      )
      return textOf(answer, 'unionid')
    },
  }
}
