import { describe, expect, it } from 'vitest'
import { appsOf } from './app.ts'

const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)'
const android =
  'Mozilla/5.0 (Linux; Android 14; PGT-AN10) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/121.0'

describe('the app that a page is open in', () => {
  it.each([
    ['WeChat', `${phone} Mobile/15E148 MicroMessenger/8.0.54(0x18003630) NetType/WIFI Language/zh_CN`, ['wechat']],
    ['WeChat on Android', `${android} MMWEBID/1 MicroMessenger/8.0.50.2701 WeChat/arm64`, ['wechat']],
    ['WeCom, which names WeChat too', `${phone} Mobile/15E148 wxwork/4.1.28 MicroMessenger/7.0.1`, ['wecom']],
    ['DingTalk', `${android} Mobile Safari/537.36 AliApp(DingTalk/7.6.15) com.alibaba.android.rimet/4`, ['dingtalk']],
    ['Alipay', `${phone} Mobile/22B83 AliApp(AP/10.6.50.6000) AlipayClient/10.6.50.6000 Language/zh-Hans`, ['alipay']],
    [
      'Feishu',
      `${phone} Mobile/15E148 Safari/604.1 Lark/7.28.7 LarkLocale/zh_CN ChannelName/Feishu`,
      ['feishu', 'lark'],
    ],
    ['QQ', `${phone} Mobile/22B83 QQ/9.1.20.611 V1_IPH_SQ_9.1.20_1_APP_A Pixel/1170`, ['qq']],
  ])('is %s', (_, userAgent, apps) => {
    expect(appsOf(userAgent)).toEqual(apps)
  })

  it.each([
    ['the camera’s Safari', `${phone} Version/18.1 Mobile/15E148 Safari/604.1`],
    ['Chrome', `${android} Mobile Safari/537.36`],
    ['the browser that is called after QQ', `${android} MQQBrowser/15.2 Mobile Safari/537.36 COVC/1`],
    ['nothing that says so', ''],
  ])('is none in %s', (_, userAgent) => {
    expect(appsOf(userAgent)).toEqual([])
  })
})
