/** What is taken out of texts before anybody logs them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../packages/scanlogin/src/connectors/calls/redact.ts'

const names = ['secret', 'client_secret', 'corpsecret', 'code', 'authCode', 'auth_code', 'js_code', 'code_verifier']
const more = [
  'access_token',
  'accessToken',
  'refresh_token',
  'session_key',
  'state',
  'openid',
  'unionid',
  'open_id',
  'sign',
]

describe('a secret, a code, a token or an id of a person', () => {
  it('is taken out of addresses, forms, JSON and XML, whatever it is made of', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9_.~+/=-]{6,40}$/).map(text => `Zz${text}`)
    fc.assert(
      fc.property(fc.constantFrom(...names, ...more), value, (name, secret) => {
        const forms = [
          `https://api.example/x?a=1&${new URLSearchParams({ [name]: secret })}&b=2`,
          `grant_type=x&${name}=${encodeURIComponent(secret)}`,
          JSON.stringify({ a: 1, [name]: secret, b: 2 }),
          JSON.stringify({ body: JSON.stringify({ [name]: secret }) }),
          JSON.stringify({ [name]: secret }, null, 2),
          `<xml><a>1</a><${name}><![CDATA[${secret}]]></${name}></xml>`,
        ]
        for (const form of forms) {
          expect(redact(form)).not.toContain(secret)
          expect(redact(form)).not.toContain(encodeURIComponent(secret))
        }
      }),
    )
  })

  it('leaves what somebody needs who looks for the fault', () => {
    const text = '{"errcode":40029,"errmsg":"invalid code, rid: 6571a2b3-0c3d4e5f","appid":"wx1","expires_in":7200}'
    expect(redact(text)).toBe(text)
    expect(redact('connect ECONNREFUSED 127.0.0.1:443')).toBe('connect ECONNREFUSED 127.0.0.1:443')
    expect(redact('https://api.example/sns/userinfo?lang=zh_CN')).toBe('https://api.example/sns/userinfo?lang=zh_CN')
  })
})
