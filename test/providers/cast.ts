/** Every simulated service at once, and a server that knows all of them. */
import {
  startAlipaySimulator,
  startDingtalkSimulator,
  startFeishuSimulator,
  startQqSimulator,
  startWechatSimulator,
  startWecomSimulator,
} from '../../packages/server/src/simulator/index.ts'
import { wechatSettings } from '../simulator/wechat.ts'

const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'

/** What the browsers in the apps say of themselves. */
export const userAgents = {
  wechat: `${iphone} Mobile/15E148 MicroMessenger/8.0.54(0x18003630) NetType/WIFI Language/zh_CN`,
  alipay: `${iphone} Mobile/22B83 AliApp(AP/10.6.50.6000) AlipayClient/10.6.50.6000 Language/zh-Hans`,
  dingtalk: `${iphone} Mobile/22B83 AliApp(DingTalk/7.6.15) com.laiwang.DingTalk/4 Channel/201200`,
  feishu: `${iphone} Mobile/15E148 Safari/604.1 Lark/7.28.7 LarkLocale/zh_CN ChannelName/Feishu`,
  qq: `${iphone} Mobile/22B83 QQ/9.1.20.611 V1_IPH_SQ_9.1.20_1_APP_A Pixel/1170`,
  wecom: `${iphone} Mobile/15E148 wxwork/4.1.28 MicroMessenger/7.0.1 Language/zh`,
} as const

export type App = keyof typeof userAgents

// Proof: these are the very keys that the type is made of.
export const apps = Object.keys(userAgents) as App[]

export type Cast = Awaited<ReturnType<typeof startCast>>

export async function startCast() {
  const [wechat, alipay, dingtalk, feishu, qq, wecom] = await Promise.all([
    startWechatSimulator(),
    startAlipaySimulator(),
    startDingtalkSimulator(),
    startFeishuSimulator(),
    startQqSimulator(),
    startWecomSimulator(),
  ])
  const services = [wechat, alipay, dingtalk, feishu, qq, wecom]
  const hosts = (url: string, names: readonly string[], folders = names) =>
    Object.fromEntries(names.map((name, index) => [name, `${url}/${folders[index]}`]))
  const secretOf = ({ control }: typeof dingtalk | typeof feishu | typeof qq) => {
    const [app] = control.apps()
    return { clientId: app?.id ?? '', clientSecret: app?.secret ?? '' }
  }
  const [pay] = alipay.control.apps()
  const [work] = wecom.control.apps()
  const providers = {
    alipay: {
      appId: pay?.id,
      privateKey: pay?.privateKey,
      alipayPublicKey: pay?.alipayPublicKey,
      hosts: hosts(alipay.url, ['openauth', 'openapi']),
    },
    dingtalk: { ...secretOf(dingtalk), hosts: hosts(dingtalk.url, ['login', 'api']) },
    feishu: { ...secretOf(feishu), hosts: hosts(feishu.url, ['accounts', 'open']) },
    qq: { ...secretOf(qq), hosts: hosts(qq.url, ['graph']) },
    wecom: {
      corpId: work?.id,
      agentId: work?.agentId,
      secret: work?.secret,
      hosts: hosts(wecom.url, ['login', 'open', 'api'], ['login', 'open', 'qyapi']),
    },
  }
  return {
    wechat,
    alipay,
    dingtalk,
    feishu,
    qq,
    wecom,
    env: {
      SCANLOGIN_PRESET: 'none',
      ...wechatSettings(wechat.url),
      SCANLOGIN_PROVIDERS: JSON.stringify(providers),
    },
    /** Calls to any of them so far. */
    asked: () => services.reduce((sum, { control }) => sum + control.calls().length, 0),
    stop: () => Promise.all(services.map(({ stop }) => stop())),
  }
}
