import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodeQr } from './picture.ts'
import { account, mini, type Reply, type SimulatedWechat, startWechat } from './wechat.ts'

let wechat: SimulatedWechat
let access_token: string
beforeEach(async () => {
  wechat = await startWechat()
  access_token = await tokenOf(account)
})
afterEach(() => wechat.stop())

async function tokenOf(app: { appid: string; secret: string }): Promise<string> {
  const { json } = await wechat.post('/cgi-bin/stable_token', {}, { grant_type: 'client_credential', ...app })
  return String(json.access_token)
}

const create = (body: unknown): Promise<Reply> => wechat.post('/cgi-bin/qrcode/create', { access_token }, body)
const temporary = (changes: object = {}) =>
  create({
    expire_seconds: 300,
    action_name: 'QR_STR_SCENE',
    action_info: { scene: { scene_str: 'lg_7f3a9c' } },
    ...changes,
  })
const scene = (name: string, scene: object) => create({ action_name: name, action_info: { scene } })

describe('a code for a scene', () => {
  it('has a ticket, a time and an address, which is what its picture says', async () => {
    const { json } = await temporary()
    expect(json).toEqual({
      ticket: expect.stringMatching(/^gQ\w{92}==$/),
      expire_seconds: 300,
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/q\/02\w{22}$/),
    })
    const picture = await fetch(`${wechat.url}/mp/cgi-bin/showqrcode?ticket=${encodeURIComponent(String(json.ticket))}`)
    expect(picture.headers.get('content-type')).toBe('image/jpg')
    expect(decodeQr(new Uint8Array(await picture.arrayBuffer()))).toBe(json.url)
    expect((await fetch(`${wechat.url}/mp/cgi-bin/showqrcode?ticket=gQnone==`)).status).toBe(404)
  })

  it('lives for a minute where no time is given, and for 30 days at most', async () => {
    expect((await temporary({ expire_seconds: undefined })).json.expire_seconds).toBe(60)
    expect((await temporary({ expire_seconds: 2_592_000 })).json.expire_seconds).toBe(2_592_000)
    for (const expire_seconds of [2_592_001, 0, -1, 1.5, '300', null]) {
      expect((await temporary({ expire_seconds })).json.errcode, String(expire_seconds)).toBe(40053)
    }
  })

  it('lives for ever where that is asked for, once for each scene', async () => {
    const { json } = await scene('QR_LIMIT_STR_SCENE', { scene_str: 'poster' })
    expect(json).not.toHaveProperty('expire_seconds')
    expect((await scene('QR_LIMIT_STR_SCENE', { scene_str: 'poster' })).json).toEqual(json)
    await wechat.clock.advance(365 * 86_400_000)
    expect(wechat.control.accounts.codes()).toHaveLength(1)
  })

  it.each([
    ['QR_STR_SCENE', { scene_str: 'x'.repeat(64) }, true],
    ['QR_STR_SCENE', { scene_str: 'x'.repeat(65) }, false],
    ['QR_STR_SCENE', { scene_str: '' }, false],
    ['QR_STR_SCENE', { scene_str: 7 }, false],
    ['QR_LIMIT_STR_SCENE', { scene_str: 'x'.repeat(64) }, true],
    ['QR_LIMIT_STR_SCENE', { scene_str: 'x'.repeat(65) }, false],
    ['QR_SCENE', { scene_id: 1 }, true],
    ['QR_SCENE', { scene_id: 4_294_967_295 }, true],
    ['QR_SCENE', { scene_id: 4_294_967_296 }, false],
    ['QR_SCENE', { scene_id: 0 }, false],
    ['QR_SCENE', { scene_id: '7' }, false],
    ['QR_LIMIT_SCENE', { scene_id: 100_000 }, true],
    ['QR_LIMIT_SCENE', { scene_id: 100_001 }, false],
    ['QR_LIMIT_SCENE', { scene_id: 0 }, false],
    ['QR_OTHER', { scene_str: 'x' }, false],
  ])('of the kind %s for %o is made: %s', async (name, wish, made) => {
    expect((await scene(name, wish)).json.errcode).toBe(made ? undefined : 40053)
  })

  it('is refused for a body that is none', async () => {
    const post = (body: string) => wechat.api('/cgi-bin/qrcode/create', { access_token }, { method: 'POST', body })
    expect((await post('{"expire_seconds":')).json.errcode).toBe(47001)
    expect((await post('{}')).json.errcode).toBe(40053)
    expect((await wechat.api('/cgi-bin/qrcode/create', { access_token })).json.errcode).toBe(43002)
  })

  it('loses a number that stands one level too high, and is made all the same', async () => {
    await create({ expire_seconds: 60, action_name: 'QR_SCENE', action_info: { scene_id: 123 } })
    expect(wechat.control.accounts.codes().map(({ key }) => key)).toEqual(['0'])
  })

  it('is refused beyond the quota of a day, and beyond the number of permanent ones', async () => {
    wechat.control.setApp({ appid: account.appid, quotas: { sceneCodes: 3, permanentCodes: 1 } })
    await scene('QR_LIMIT_SCENE', { scene_id: 1 })
    expect((await scene('QR_LIMIT_SCENE', { scene_id: 2 })).json.errcode).toBe(45029)
    await temporary()
    await temporary()
    expect((await temporary()).json.errcode).toBe(45009)
  })

  it('is for official accounts, by a token that is good', async () => {
    access_token = await tokenOf(mini)
    expect((await temporary()).json.errcode).toBe(48001)
    access_token = 'none'
    expect((await temporary()).json.errcode).toBe(40001)
    access_token = ''
    expect((await temporary()).json.errcode).toBe(41001)
  })

  it('cannot be scanned when its time is over', async () => {
    const { json } = await temporary()
    await wechat.clock.advance(300_000)
    expect(() => wechat.control.accounts.scan(String(json.ticket), 'aju')).toThrow('This code has expired')
  })
})

describe('a follower', () => {
  const info = (openid: string) => wechat.api('/cgi-bin/user/info', { access_token, openid, lang: 'zh_CN' })

  it('is told with an openid and a unionid, without a name', async () => {
    const { openid, unionid } = wechat.control.identity('aju', account.appid)
    expect((await info(openid)).json).toEqual({ subscribe: 0, openid, unionid })
    await wechat.fake('/follow', { user: 'aju', appid: account.appid })
    const { json } = await info(openid)
    expect(json).toMatchObject({ subscribe: 1, openid, unionid })
    expect(json).not.toHaveProperty('nickname')
    await wechat.fake('/leave', { user: 'aju', appid: account.appid })
    expect((await info(openid)).json.subscribe).toBe(0)
  })

  it('is refused without an openid, and with one that nobody has', async () => {
    expect((await info('')).json.errcode).toBe(41009)
    expect((await info('oTESTopenid0000000000000001')).json.errcode).toBe(40003)
  })
})
