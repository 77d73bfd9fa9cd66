/** WeChat's own examples, and one that was computed elsewhere. */
import { describe, expect, it } from 'vitest'
import { seal, signatureOf, unseal } from '../../packages/server/src/simulator/wechat/push/envelope.ts'
import { toXml } from '../../packages/server/src/simulator/wechat/push/message.ts'

const official = { token: 'AAAAA', aesKey: 'A'.repeat(43), appid: 'wxba5fad812f8e6fb9' }

describe('a signature', () => {
  it('is the one of the official examples', () => {
    const { token } = official
    expect(signatureOf(token, '1714036504', '1514711492')).toBe('f464b24fc39322e44b38aa78f5edd27bd1441696')
    expect(signatureOf(token, '1714037059', '486452656')).toBe('899cf89e464efb63f54ddac96b0a0a235f53aa78')
    expect(signatureOf(token, '1714112445', '415670741')).toBe('6c5c811b55cc85e0e1b54100749188c20beb3f5d')
    expect(signatureOf(token, '1714112445', '415670741', officialPush)).toBe('046e02f8204d34f8ba5fa3b1db94908f3df2e9b3')
    expect(signatureOf(token, '1713424427', '415670741', officialReply)).toBe(
      '1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1',
    )
  })
})

describe('an encrypted message', () => {
  it('is the one of the official examples', () => {
    const { aesKey, appid } = official
    expect(unseal(officialPush, aesKey)).toEqual({ receiver: appid, message: officialMessage })
    expect(seal(officialMessage, { aesKey, receiver: appid, random: 'a8eedb185eb2fecf' })).toBe(officialPush)
    const reply = seal('{"demo_resp":"good luck"}', { aesKey, receiver: appid, random: '707722b803182950' })
    expect(reply).toBe(officialReply)
  })

  it('may have a key whose last character is no clean base64', () => {
    const sealing = {
      aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
      receiver: 'wxb11529c136998cb6',
      random: 'aaaabbbbccccdddd',
    }
    expect(seal('我是中文abcd123', sealing)).toBe(
      'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==',
    )
  })

  it('is the same as that of others for the same event', () => {
    const message = toXml({
      ToUserName: 'gh_000000000001',
      FromUserName: 'oTESTopenid0000000000000001',
      CreateTime: 1760000000,
      MsgType: 'event',
      Event: 'subscribe',
      EventKey: 'qrscene_lg_7f3a9c',
      Ticket: 'gQTESTticket==',
    })
    expect(Buffer.byteLength(message)).toBe(331)
    const sealed = seal(message, {
      aesKey: 'qLt0P1yW7uV8sX2bN5cA9dF4gH6jK3mZrTeUiOpQwEs',
      receiver: 'wx0000000000000001',
      random: '0123456789abcdef',
    })
    expect(signatureOf('qrTestToken01', '1760000000', '913478220')).toBe('bdbfacdeeba6eea28a9528a352231e83181f8127')
    expect(signatureOf('qrTestToken01', '1760000000', '913478220', sealed)).toBe(
      '9906d746c0c83db8f546380f01816f94b250e9d1',
    )
  })

  it('is not read by another key, nor cut short', () => {
    const { aesKey } = official
    expect(unseal(officialPush, 'B'.repeat(43))).toBeUndefined()
    expect(unseal(officialPush.slice(0, 44), aesKey)).toBeUndefined()
    expect(unseal('', aesKey)).toBeUndefined()
  })
})

const officialMessage =
  '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,' +
  '"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}'

const officialPush =
  '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8' +
  'XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32I' +
  'Ijdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04='

const officialReply = 'ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=='
