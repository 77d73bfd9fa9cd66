/** What a mini program's server asks WeChat for: the picture of a code that opens a page, and who has opened it. */
import { requiredText, textOf } from '../calls/answer.ts'
import { type CallerOptions, createCaller } from '../calls/caller.ts'
import type { Identity } from '../connector.ts'
import type { AccessTokens } from '../wechat/access-token/access-tokens.ts'
import { createWechatApi, type WechatPicture } from '../wechat/api.ts'
import type { WechatApp } from '../wechat/wechat.ts'

export interface MiniCalls {
  /**
   * The code that opens `page` with `scene`: 1 to 32 letters, digits and `!#$&'()*+,/:;=?@-._~`. The picture never
   * expires. Throws `ConnectorError`.
   */
  codePicture(scene: string, page: string): Promise<WechatPicture>
  /** Whose `wx.login()` has given the code: it is good once, for five minutes. Throws `ConnectorError`. */
  identify(jsCode: string): Promise<Identity>
}

export interface MiniCallsOptions extends CallerOptions {
  app: WechatApp
  /** The mini program's own. */
  accessTokens: Pick<AccessTokens, 'use'>
  /** Default `https://api.weixin.qq.com`. */
  host?: string
  /** Which version of the mini program its codes open. Default `release`, the one that everybody has. */
  version?: MiniVersion
}

/** Published (正式版), under trial (体验版), or of a developer (开发版); the last two open for the mini program's members. */
export type MiniVersion = 'release' | 'trial' | 'develop'

export function createMiniCalls(options: MiniCallsOptions): MiniCalls {
  const { app, accessTokens, host = 'https://api.weixin.qq.com', version = 'release', ...calling } = options
  const api = createWechatApi(createCaller('wechat', calling), { host, clock: calling.clock })
  return {
    codePicture(scene, page) {
      // A page that is not published yet is on no list that WeChat could look it up in.
      const wish = { scene, page, check_path: version === 'release', env_version: version, width: 430 }
      return accessTokens.use(token => api.picture('/wxa/getwxacodeunlimit', { access_token: token }, wish))
    },
    async identify(jsCode) {
      const answer = await api.get('/sns/jscode2session', {
        appid: app.appId,
        secret: app.appSecret,
        js_code: jsCode,
        grant_type: 'authorization_code',
      })
      // The answer's session key opens what WeChat encrypts for the person: nothing here needs it, so nobody keeps it.
      const unionId = textOf(answer, 'unionid')
      const subject = requiredText(answer, 'openid')
      return { provider: 'wechat', appId: app.appId, subject, ...(unionId !== undefined && { unionId }) }
    },
  }
}
