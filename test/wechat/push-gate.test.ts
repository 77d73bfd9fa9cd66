/** Against WeChat's own published example, WxJava's, and the simulator, which encrypts with other code. */
import { describe, expect, it } from 'vitest'
import { createPushCipher } from '../../packages/scanlogin/src/connectors/wechat-scene/cipher.ts'
import { createPushGate, pushSignature } from '../../packages/scanlogin/src/connectors/wechat-scene/push-gate.ts'
import { seal, unseal } from '../../packages/server/src/simulator/wechat/push/envelope.ts'

const example = {
  appId: 'wxba5fad812f8e6fb9',
  token: 'AAAAA',
  aesKey: 'A'.repeat(43),
  random: (length: number) => new TextEncoder().encode('707722b803182950').slice(0, length),
}
const pushed = {
  timestamp: '1714112445',
  nonce: '415670741',
  msg_signature: '046e02f8204d34f8ba5fa3b1db94908f3df2e9b3',
}
const sealed =
  '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04='

function gateAt(seconds: number, changes: object = {}) {
  return createPushGate({ ...example, clock: { now: () => seconds * 1000 }, ...changes })
}

describe("the gate for WeChat's pushes", () => {
  it('takes the check of the address that WeChat has published, within five minutes', async () => {
    const signature = 'f464b24fc39322e44b38aa78f5edd27bd1441696'
    const query = { timestamp: '1714036504', nonce: '1514711492', signature }
    expect(await gateAt(1714036504).accepts(query)).toBe(true)
    expect(await gateAt(1714036504 + 300).accepts(query)).toBe(true)
    expect(await gateAt(1714036504 + 301).accepts(query)).toBe(false)
    expect(await gateAt(1714036504 - 301).accepts(query)).toBe(false)
  })

  it('takes no signature of another token, of other parts, or none at all', async () => {
    const gate = gateAt(1714036504)
    const query = { timestamp: '1714036504', nonce: '1514711492' }
    expect(await gate.accepts(query)).toBe(false)
    expect(await gate.accepts({})).toBe(false)
    const other = await pushSignature('AAAAB', query.timestamp, query.nonce)
    expect(await gate.accepts({ ...query, signature: other })).toBe(false)
    const right = await pushSignature('AAAAA', query.timestamp, query.nonce)
    expect(await gate.accepts({ ...query, nonce: '1', signature: right })).toBe(false)
  })

  it('opens the message that WeChat has published', async () => {
    const message = await gateAt(1714112445).open(pushed, sealed)
    expect(JSON.parse(message ?? '')).toMatchObject({
      FromUserName: 'o9AgO5Kd5ggOC-bXrbNODIiE3bGY',
      Event: 'debug_demo',
    })
  })

  it('opens nothing that is old, signed for other content, or for another app', async () => {
    expect(await gateAt(1714112445 + 301).open(pushed, sealed)).toBeUndefined()
    expect(await gateAt(1714112445).open({ ...pushed, nonce: '415670742' }, sealed)).toBeUndefined()
    expect(await gateAt(1714112445).open(pushed, sealed.replace('+qdx', '+qdy'))).toBeUndefined()
    expect(await gateAt(1714112445, { appId: 'wx0000000000000001' }).open(pushed, sealed)).toBeUndefined()
  })

  it('opens what was sealed with the key before this one', async () => {
    const changed = { aesKey: 'B'.repeat(43), previousAesKey: example.aesKey }
    expect(await gateAt(1714112445, changed).open(pushed, sealed)).toContain('debug_demo')
    expect(await gateAt(1714112445, { aesKey: 'B'.repeat(43) }).open(pushed, sealed)).toBeUndefined()
  })

  it('seals a reply as WeChat does', async () => {
    const reply = await gateAt(1713424427).seal('{"demo_resp":"good luck"}')
    expect(reply.sealed).toBe(
      'ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==',
    )
    expect(await pushSignature('AAAAA', '1713424427', '415670741', reply.sealed)).toBe(
      '1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1',
    )
    expect(reply.signature).toBe(await pushSignature('AAAAA', reply.timestamp, reply.nonce, reply.sealed))
  })
})

describe("the cipher of WeChat's pushes", () => {
  const aesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG'
  const random = (length: number) => new TextEncoder().encode('aaaabbbbccccdddd').slice(0, length)
  const cipher = createPushCipher({ aesKey, receiver: 'wxb11529c136998cb6', random })

  it('takes a key whose last character carries bits too many', async () => {
    expect(await cipher.seal('我是中文abcd123')).toBe(
      'jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==',
    )
  })

  it('reads every length as other code has written it, and the other way round', async () => {
    for (let length = 0; length <= 70; length++) {
      const message = 'x'.repeat(length)
      const receiver = 'wxb11529c136998cb6'
      const theirs = seal(message, { aesKey, receiver, random: 'aaaabbbbccccdddd' })
      expect(await cipher.open(theirs)).toBe(message)
      expect(unseal(await cipher.seal(message), aesKey)).toEqual({ message, receiver })
    }
  })

  it.each(['', 'AAAA', 'not base64!', btoa('x'.repeat(64)), btoa('x'.repeat(48))])(
    'takes %j for no message',
    async text => {
      expect(await cipher.open(text)).toBeUndefined()
    },
  )
})
