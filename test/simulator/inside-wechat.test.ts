import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { account, callback, type Query, type SimulatedWechat, startWechat } from './wechat.ts'

let wechat: SimulatedWechat
beforeEach(async () => {
  wechat = await startWechat()
})
afterEach(() => wechat.stop())

const phone = { 'user-agent': 'Mozilla/5.0 (iPhone) AppleWebKit/605 Mobile MicroMessenger/8.0.50 NetType/WIFI' }

function visit(changes: Query = {}, headers: Record<string, string> = phone): Promise<Response> {
  const query = new URLSearchParams({
    appid: account.appid,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'snsapi_base',
    state: 'abc123',
    ...changes,
  })
  return fetch(`${wechat.url}/open/connect/oauth2/authorize?${query}`, { headers, redirect: 'manual' })
}

const locationOf = (response: Response) => response.headers.get('location') ?? ''
const codeIn = (address: string) => new URL(address).searchParams.get('code') ?? ''
const exchange = (code: string) =>
  wechat.api('/sns/oauth2/access_token', { ...account, code, grant_type: 'authorization_code' })

describe('a page inside WeChat', () => {
  it('learns the openid of whoever reads it without asking, and nothing more', async () => {
    const answer = await visit()
    expect(answer.status).toBe(302)
    expect(locationOf(answer)).toMatch(/^https:\/\/localhost\/wechat\/callback\?code=\w{32}&state=abc123$/)
    const { json } = await exchange(codeIn(locationOf(answer)))
    expect(json).toMatchObject({ openid: wechat.control.identity('xiaoman', account.appid).openid })
    expect(json).not.toHaveProperty('unionid')
    expect(json.scope).toBe('snsapi_base')
    const query = { access_token: String(json.access_token), openid: String(json.openid) }
    expect((await wechat.api('/sns/userinfo', query)).json.errcode).toBe(48001)
  })

  it('learns the name of somebody who has allowed it', async () => {
    const answer = await visit({ scope: 'snsapi_userinfo' })
    expect(locationOf(answer)).toMatch(/^\/open\/connect\/oauth2\/authorize\?request=\w{16}$/)
    const [request] = wechat.control.web.requests()
    const allowed = await wechat.fake(`/web/${request?.id}/allow`, { user: 'aju' })
    const { json } = await exchange(codeIn(String(allowed.json.callback)))
    expect(json.unionid).toBe(wechat.control.identity('aju', account.appid).unionid)
    const query = { access_token: String(json.access_token), openid: String(json.openid) }
    expect((await wechat.api('/sns/userinfo', query)).json.nickname).toBe('阿橘🍊')
    expect(() => wechat.control.web.allow(request?.id ?? '', 'aju')).toThrow('This has been decided')
  })

  it('hears nothing of somebody who refuses', async () => {
    await visit({ scope: 'snsapi_userinfo' })
    const [request] = wechat.control.web.requests()
    expect((await wechat.fake(`/web/${request?.id}/deny`, {})).json).toEqual({})
    expect(wechat.control.web.requests()).toEqual([])
    expect(() => wechat.control.web.allow('none', 'aju')).toThrow('There is no such request')
  })

  it('has a code for five minutes', async () => {
    const code = codeIn(locationOf(await visit()))
    await wechat.clock.advance(300_000)
    expect((await exchange(code)).json.errcode).toBe(42003)
  })

  it('knows the person whose phone it is', async () => {
    const answer = await visit({}, { ...phone, cookie: 'a=b; simulated_phone=river' })
    const { json } = await exchange(codeIn(locationOf(answer)))
    expect(json.openid).toBe(wechat.control.identity('river', account.appid).openid)
  })

  it('is told where somebody only looks', async () => {
    wechat.control.setPerson({ id: 'xiaoman', snapshot: true })
    expect((await exchange(codeIn(locationOf(await visit())))).json.is_snapshotuser).toBe(1)
  })

  it.each([
    ['an app that nobody knows', { appid: 'wxffffffffffffffff' }, '10012'],
    ['a website app', { appid: 'wx00000000000051e1' }, '10012'],
    ['the scope of websites', { scope: 'snsapi_login' }, '10005'],
    ['another response type', { response_type: 'token' }, 'response_type'],
    ['a domain that was not approved', { redirect_uri: 'https://elsewhere.example/' }, '10003'],
    ['a state with other characters', { state: 'a-b' }, '10013'],
    ['a state that is too long', { state: 'a'.repeat(129) }, '10013'],
  ])('is refused with %s, on a page with status 200', async (_, changes, words) => {
    const answer = await visit(changes)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain(words)
  })

  it('cannot be opened outside WeChat', async () => {
    expect(await (await visit({}, { 'user-agent': 'Mozilla/5.0 Chrome/142' })).text()).toContain(
      '请在微信客户端打开链接',
    )
  })
})
