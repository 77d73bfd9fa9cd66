/** The mini program: whether WeChat knows it, gives its token to this machine, and its codes open for everybody. */
import { wechatMini } from '../../connectors/providers.ts'
import { type Examination, type Finding, skipped, warn } from '../examination.ts'
import { askForToken, askWechat } from './asking.ts'

export const miniProgram: Examination = {
  id: 'wechat-mini',
  title: 'The mini program is known, and opens for everybody',
  async examine({ config }) {
    const app = wechatMini(config)
    if (!app) return [skipped('SCANLOGIN_WECHAT_MINI_APP_ID is not set')]
    const { SCANLOGIN_WECHAT_API_URL: api, NODE_ENV, SCANLOGIN_WECHAT_MINI_VERSION: version } = config
    const query = { appid: app.appId, secret: app.appSecret, js_code: 'doctor', grant_type: 'authorization_code' }
    const question = { api, query, prefix: 'SCANLOGIN_WECHAT_MINI', well: '', good: [40029] }
    const known = await askWechat({ ...question, path: '/sns/jscode2session' })
    // Without its secret there is no token either.
    const token = known.verdict === 'ok' ? [await askForToken(api, question.prefix, app)] : []
    return [known, ...token, ...(NODE_ENV === 'production' ? judgeVersion(version) : [])]
  },
}

function judgeVersion(version: string): Finding[] {
  if (version === 'release') return []
  return [
    warn(
      `SCANLOGIN_WECHAT_MINI_VERSION is ${version}: its codes open for the mini program’s own members only`,
      'Publish the page, and leave the variable out.',
    ),
  ]
}
