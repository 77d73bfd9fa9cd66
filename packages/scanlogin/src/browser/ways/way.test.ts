import { describe, expect, it } from 'vitest'
import { frameOf } from '../../connectors/wechat/pages.ts'
import { frameAttributes } from './frame.ts'
import { providerName } from './names.ts'
import { connectAddress, type Surroundings, waysNamed } from './way.ts'

const around: Surroundings = {
  connect: 'https://id.example.com/connect',
  origin: 'https://id.example.com',
  hasCookie: true,
  returnTo: undefined,
}

describe('the ways to sign in', () => {
  it('begin with our own code, and follow in the order in which they are named, each once', () => {
    const names = waysNamed(' wechat-mini\nalipay wechat alipay app ', around).map(({ name }) => name)
    expect(names).toEqual(['app', 'wechat-mini', 'alipay', 'wechat'])
  })

  it('are a frame for WeChat, a code of its account or mini program, and the whole window for all others', () => {
    expect(waysNamed('wechat wechat-account wechat-mini feishu', around)).toEqual([
      { shown: 'own', name: 'app' },
      { shown: 'frame', name: 'wechat', address: 'https://id.example.com/connect/wechat/start' },
      { shown: 'code', name: 'wechat-account', address: 'https://id.example.com/connect/wechat-account/code' },
      { shown: 'picture', name: 'wechat-mini', address: 'https://id.example.com/connect/wechat-mini/code' },
      { shown: 'window', name: 'feishu', address: 'https://id.example.com/connect/feishu/start' },
    ])
  })

  it('are our own code alone where nothing is named that could be a name', () => {
    for (const names of ['', '../../evil', 'https://evil.example', 'WeChat', 'a'.repeat(41), '<script>']) {
      expect(waysNamed(names, around), names).toHaveLength(1)
    }
  })

  it('lead back to where the page wants people to go', () => {
    const ways = waysNamed('wechat qq', { ...around, returnTo: 'https://www.example.com/?a=1&b=2' })
    const wanted = '?return_to=https%3A%2F%2Fwww.example.com%2F%3Fa%3D1%26b%3D2'
    expect(ways.slice(1).map(way => 'address' in way && new URL(way.address).search)).toEqual([wanted, wanted])
  })

  it('hold no code of an account or mini program on another site, or without the cookie of the ticket', () => {
    for (const elsewhere of [{ origin: 'https://www.example.com' }, { hasCookie: false }]) {
      const ways = waysNamed('wechat wechat-account wechat-mini', { ...around, ...elsewhere })
      expect(ways.map(({ name }) => name)).toEqual(['app', 'wechat'])
    }
  })

  it.each([
    [undefined, '/v1', 'https://www.example.com/connect'],
    [undefined, '/auth/v1/', 'https://www.example.com/auth/connect'],
    [undefined, 'https://id.example.com/v1', 'https://id.example.com/connect'],
    ['/oauth/', '/v1', 'https://www.example.com/oauth'],
    ['https://id.example.com/sso', '/v1', 'https://id.example.com/sso'],
  ])('with connect %s and base %s begin at %s', (connect, base, address) => {
    expect(connectAddress(connect, base, 'https://www.example.com/in/?x=1')).toBe(address)
  })

  it('give the frame of WeChat’s page what its connector says that it needs', () => {
    const { sandbox, allow, width, height } = frameOf('https://open.weixin.qq.com')
    expect(frameAttributes).toMatchObject({ sandbox, allow, width: String(width), height: String(height) })
  })
})

describe('the name of a provider', () => {
  it('is what people call it in their language, or what the server calls it', () => {
    expect(['en', 'zh-CN', 'zh', 'fr'].map(language => providerName('wechat', language))).toEqual([
      'WeChat',
      '微信',
      '微信',
      'WeChat',
    ])
    expect(['acme', 'constructor'].map(name => providerName(name, 'en'))).toEqual(['acme', 'constructor'])
  })
})
