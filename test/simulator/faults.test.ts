import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FaultGiven } from '../../packages/server/src/simulator/index.ts'
import { account, type SimulatedWechat, startWechat, website } from './wechat.ts'

let wechat: SimulatedWechat
beforeEach(async () => {
  wechat = await startWechat()
})
afterEach(() => wechat.stop())

async function freshCode(): Promise<string> {
  await wechat.openCode()
  return wechat.control.website.signIn('xiaoman').code
}

const exchange = (code: string) =>
  wechat.api('/sns/oauth2/access_token', { ...website, code, grant_type: 'authorization_code' })

/** The bytes of a user info, fetched through a fault. */
async function userInfo(fault?: FaultGiven): Promise<{ bytes: Buffer; type: string | null }> {
  const { json } = await exchange(await freshCode())
  const query = new URLSearchParams({ access_token: String(json.access_token), openid: String(json.openid) })
  if (fault) wechat.control.fault(fault)
  const response = await fetch(`${wechat.url}/api/sns/userinfo?${query}`)
  return { bytes: Buffer.from(await response.arrayBuffer()), type: response.headers.get('content-type') }
}

describe('a fault', () => {
  it('befalls as many calls as it was planned for, of the path it was planned for', async () => {
    wechat.control.fault({ match: '/sns/oauth2/access_token', times: 2, action: 'busy' })
    const code = await freshCode()
    expect((await wechat.api('/sns/auth')).json.errcode).toBe(41001)
    expect((await exchange(code)).json.errmsg).toMatch(/^system error, rid: /)
    expect((await exchange(code)).json.errcode).toBe(-1)
    expect((await exchange(code)).json.openid).toBeDefined()
  })

  it.each([
    ['quota', 45009],
    ['tooFast', 45011],
    ['staleToken', 40001],
    ['expiredCode', 42003],
    ['usedCode', 40163],
  ] as const)('named %s is the refusal %i', async (action, errcode) => {
    wechat.control.fault({ action })
    expect((await exchange('any')).json.errcode).toBe(errcode)
  })

  it('may be any refusal at all', async () => {
    wechat.control.fault({ match: '/sns/', action: 'errcode', errcode: 50002 })
    expect((await exchange('any')).json.errcode).toBe(50002)
  })

  it('breaks the connection before the code is used, or after', async () => {
    const code = await freshCode()
    wechat.control.fault({ match: 'access_token', action: 'resetBefore' })
    await expect(exchange(code)).rejects.toThrow()
    expect((await exchange(code)).json.openid).toBeDefined()
    const other = await freshCode()
    wechat.control.fault({ match: 'access_token', action: 'resetAfter' })
    await expect(exchange(other)).rejects.toThrow()
    expect((await exchange(other)).json.errcode).toBe(40163)
  })

  it('keeps a caller waiting for ever, or until the clock has moved', async () => {
    wechat.control.fault({ match: 'access_token', action: 'hang' })
    const patience = new AbortController()
    const hanging = fetch(`${wechat.url}/api/sns/oauth2/access_token`, { signal: patience.signal }).catch(() => 'left')
    await expect.poll(() => wechat.control.calls('access_token').at(-1)?.status).toBe('hang')
    patience.abort()
    expect(await hanging).toBe('left')
    wechat.control.fault({ match: 'access_token', action: 'slow', ms: 6000 })
    let answered = false
    const slow = exchange(await freshCode()).then(reply => {
      answered = true
      return reply
    })
    await expect.poll(() => wechat.clock.timers()).toBe(1)
    await wechat.clock.advance(5999)
    expect(answered).toBe(false)
    await wechat.clock.advance(1)
    expect((await slow).json.openid).toBeDefined()
  })

  it('answers as a proxy, a broken server, or a network that wants a log-in does', async () => {
    wechat.control.fault({ action: 'http500' })
    wechat.control.fault({ action: 'html502' })
    wechat.control.fault({ action: 'html200' })
    wechat.control.fault({ action: 'redirect302' })
    const replies = [await exchange('a'), await exchange('b'), await exchange('c'), await exchange('d')]
    expect(replies.map(({ status }) => status)).toEqual([500, 502, 200, 302])
    expect(replies[2]?.type).toBe('text/html')
  })

  it('changes the bytes of an answer, and nothing of what the call has done', async () => {
    const whole = JSON.parse((await userInfo()).bytes.toString())
    expect(whole.nickname).toBe('林小满')
    const bom = (await userInfo({ match: 'userinfo', action: 'bom' })).bytes
    expect(bom.subarray(0, 3)).toEqual(Buffer.of(0xef, 0xbb, 0xbf))
    const control = (await userInfo({ match: 'userinfo', action: 'rawControl' })).bytes
    expect(control.includes(Buffer.of(0x41, 0x14, 0x0a, 0x42))).toBe(true)
    const gbk = (await userInfo({ match: 'userinfo', action: 'badUtf8' })).bytes
    expect(gbk.includes(Buffer.of(0x22, 0xcd, 0xf5, 0xbe, 0xfc, 0x22))).toBe(true)
    const emoji = (await userInfo({ match: 'userinfo', action: 'emojiPua' })).bytes
    expect(JSON.parse(emoji.toString()).nickname).toBe('A\ue13cB')
    const half = (await userInfo({ match: 'userinfo', action: 'badJson' })).bytes
    expect(() => JSON.parse(half.toString())).toThrow()
    const strange = (await userInfo({ match: 'userinfo', action: 'strangeJson' })).bytes
    expect(JSON.parse(strange.toString())).toEqual([null, 'strange'])
    const without = (await userInfo({ match: 'userinfo', action: 'noUnionid' })).bytes
    expect(JSON.parse(without.toString())).toEqual({ ...whole, unionid: undefined })
  })

  it('changes the content type, or leaves it out', async () => {
    const html = { match: 'userinfo', action: 'contentType', contentType: 'text/html; charset=gbk' } as const
    expect((await userInfo(html)).type).toBe('text/html; charset=gbk')
    expect((await userInfo({ ...html, contentType: '' })).type).toBeNull()
  })

  it('is forgotten by a reset', async () => {
    wechat.control.fault({ times: 1000, action: 'busy' })
    wechat.control.reset()
    expect((await exchange('none')).json.errcode).toBe(40029)
  })
})

describe('a storm of stale tokens', () => {
  it('lasts for as many calls as it was planned for, while the token is good', async () => {
    const { json } = await wechat.api('/cgi-bin/token', { grant_type: 'client_credential', ...account })
    const query = { access_token: String(json.access_token) }
    const use = async () => (await wechat.post('/cgi-bin/clear_quota', query, { appid: account.appid })).json.errcode
    wechat.control.fault({ match: 'clear_quota', times: 20, action: 'staleToken' })
    const storm = await Promise.all(Array.from({ length: 20 }, use))
    expect(new Set(storm)).toEqual(new Set([40001]))
    expect(await use()).toBe(0)
  })
})
