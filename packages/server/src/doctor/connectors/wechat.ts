/**
 * Whether WeChat is reached, and knows the apps that sign people in. It is asked to take a code that there never was: the
 * answer tells a wrong AppID or AppSecret from a wrong code, costs nothing, and ends no token that is in use.
 */
import { wechatAccount, wechatWebsite } from '../../connectors/providers.ts'
import { type Examination, skipped } from '../examination.ts'
import { askWechat } from './asking.ts'

export const wechat: Examination = {
  id: 'wechat',
  title: 'WeChat is reached, and knows the apps',
  async examine({ config }) {
    const apps = [
      ['SCANLOGIN_WECHAT', wechatWebsite(config)],
      ['SCANLOGIN_WECHAT_ACCOUNT', wechatAccount(config)],
    ] as const
    const asked = apps.flatMap(([prefix, app]) => (app ? [ask(config.SCANLOGIN_WECHAT_API_URL, prefix, app)] : []))
    return asked.length === 0 ? [skipped('no WeChat app is set')] : Promise.all(asked)
  },
}

function ask(api: string, prefix: string, { appId, appSecret }: { appId: string; appSecret: string }) {
  const query = { appid: appId, secret: appSecret, code: 'doctor', grant_type: 'authorization_code' }
  // The code is wrong, or of the wrong form: everything before it was right.
  const good = [40029, 40163, 42003]
  return askWechat({ api, path: '/sns/oauth2/access_token', query, prefix, well: '', good })
}
