/** A website's login by WeChat, against the simulated WeChat over HTTP. */
import { describe, expect, it } from 'vitest'
import type { Fetch } from '../../packages/scanlogin/src/connectors/calls/caller.ts'
import { wechat } from '../../packages/scanlogin/src/connectors/wechat/wechat.ts'
import { LoginError } from '../../packages/scanlogin/src/core/errors.ts'
import { apps, codeOf, home, redirectUri, startSite, until } from './wechat.ts'

describe("WeChat's page", () => {
  it('is asked for in the documented order, with its fragment', async () => {
    const { begin, simulator } = await startSite()
    const { address } = await begin()
    const state = new URL(address).searchParams.get('state')
    expect(state).toMatch(/^[\da-f]{64}$/)
    expect(address).toBe(
      `${simulator.url}/open/connect/qrconnect?appid=${apps.website.appId}&redirect_uri=${encodeURIComponent(redirectUri)}` +
        `&response_type=code&scope=snsapi_login&state=${state}#wechat_redirect`,
    )
  })

  it('stands in a frame that may leave for the whole window, and runs no script of theirs here', async () => {
    const { begin, connector, simulator } = await startSite({
      frame: { text: 'white', styles: 'https://www.example.com/wechat.css' },
    })
    const { address } = await begin({ shown: 'frame', language: 'en' })
    const query = new URL(address).searchParams
    expect(Object.fromEntries(query)).toMatchObject({
      login_type: 'jssdk',
      self_redirect: 'false',
      style: 'white',
      href: 'https://www.example.com/wechat.css',
      lang: 'en',
    })
    const sandbox = expect.stringContaining('allow-top-navigation')
    expect(connector.frame).toMatchObject({ origin: simulator.url, sandbox, width: 300, height: 400 })
    await expect(connector.start({ way: 'inside', shown: 'frame' })).rejects.toThrow(LoginError)
  })
})

describe('a person who says yes', () => {
  it('arrives with their openid, their unionid and their name', async () => {
    const { signIn, control } = await startSite()
    const { arrive } = await signIn('xiaoman')
    const { openid, unionid } = control.identity('xiaoman', apps.website.appId)
    expect(await arrive()).toMatchObject({
      outcome: 'identity',
      identity: { provider: 'wechat', appId: apps.website.appId, subject: openid, unionId: unionid, name: '林小满' },
      returnTo: home,
    })
  })

  it('arrives twice as the same, and WeChat is asked once', async () => {
    const { signIn, exchanges } = await startSite()
    const { arrive } = await signIn()
    const [first, second] = await Promise.all([arrive(), arrive()])
    expect(second).toEqual(first)
    expect(await arrive()).toEqual(first)
    expect(exchanges()).toBe(1)
  })

  it('arrives without a unionid where the app belongs to no platform', async () => {
    const { signIn, control } = await startSite()
    control.setApp({ appid: apps.website.appId, platform: null })
    const arrival = await (await signIn()).arrive()
    expect(arrival).toMatchObject({ outcome: 'identity' })
    expect(arrival).not.toHaveProperty('identity.unionId')
  })

  it.each([
    ['raw control characters in the name', { action: 'rawControl' }, 'A B'],
    ['bytes that are no UTF-8', { action: 'badUtf8' }, '����'],
    ['a byte order mark', { action: 'bom' }, '林小满'],
    ['no content type', { action: 'contentType', contentType: '' }, '林小满'],
    ['another content type', { action: 'contentType', contentType: 'text/html' }, '林小满'],
    ['a private-use emoji', { action: 'emojiPua' }, 'AB'],
  ] as const)('arrives in spite of %s', async (_, fault, name) => {
    const { signIn, control } = await startSite()
    const { arrive } = await signIn()
    control.fault({ match: '/sns/userinfo', ...fault })
    expect(await arrive()).toMatchObject({ outcome: 'identity', identity: { name } })
  })

  it('arrives after WeChat was busy twice', async () => {
    const { signIn, control, clock, calls, exchanges } = await startSite()
    const { arrive } = await signIn()
    control.fault({ match: '/sns/oauth2/access_token', action: 'busy', times: 2 })
    const arrival = arrive()
    for (const answered of [1, 2]) {
      await until(() => calls.length === answered)
      await clock.advance(900)
    }
    expect(await arrival).toMatchObject({ outcome: 'identity' })
    expect(exchanges()).toBe(3)
  })
})

describe('a person who says no', () => {
  it('has refused, where WeChat tells it, and WeChat is asked nothing', async () => {
    const { begin, connector, control, exchanges } = await startSite()
    control.conduct({ denial: 'stateOnly' })
    const { address, browser } = await begin()
    await (await fetch(address)).text()
    const uuid = control.website.codes()[0]?.uuid ?? ''
    control.website.scan(uuid, 'aju')
    const { callback = '' } = control.website.deny(uuid)
    const refused = await connector.callback(new URL(callback).searchParams, browser)
    expect(refused).toEqual({ outcome: 'refused', code: 'denied', way: 'website', returnTo: home })
    expect(exchanges()).toBe(0)
  })
})

describe('a callback that is forged', () => {
  it('comes to nothing with the state of another browser, and WeChat is asked nothing', async () => {
    const { signIn, connector, exchanges } = await startSite()
    const attacker = await signIn('aju')
    const victim = await signIn('xiaoman')
    const injected = await connector.callback(new URL(attacker.callback).searchParams, victim.browser)
    expect(codeOf(injected)).toBe('other_browser')
    expect(exchanges()).toBe(0)
  })

  it('comes to nothing with a state that was tampered with', async () => {
    const { signIn, control, exchanges } = await startSite()
    control.conduct({ state: 'tampered' })
    expect(codeOf(await (await signIn()).arrive())).toBe('state_unknown')
    expect(exchanges()).toBe(0)
  })

  it('comes to nothing with a code of another app', async () => {
    const { begin, connector, control } = await startSite()
    const { address, browser } = await begin()
    const { code } = await codeInside()
    const query = new URLSearchParams({ code, state: new URL(address).searchParams.get('state') ?? '' })
    expect(codeOf(await connector.callback(query, browser))).toBe('code_rejected')

    async function codeInside() {
      const inside = await connector.start({ way: 'inside' })
      await fetch(inside.address, { headers: { 'user-agent': 'MicroMessenger/8.0' } })
      const { callback } = control.web.allow(control.web.requests()[0]?.id ?? '', 'aju')
      return { code: new URL(callback).searchParams.get('code') ?? '' }
    }
  })
})

describe('an answer of WeChat that is no identity', () => {
  const exchange = '/sns/oauth2/access_token'
  const userinfo = '/sns/userinfo'

  it.each([
    ['a code that is unknown', exchange, { action: 'errcode', errcode: 40029 }, 'code_rejected'],
    ['a code that is used', exchange, { action: 'usedCode' }, 'code_rejected'],
    ['a code that is too old', exchange, { action: 'expiredCode' }, 'code_rejected'],
    ['a token that is too old', userinfo, { action: 'errcode', errcode: 42001 }, 'code_rejected'],
    ['a changed password', userinfo, { action: 'errcode', errcode: 42007 }, 'code_rejected'],
    ['a person who is stopped', userinfo, { action: 'errcode', errcode: 50002 }, 'person_refused'],
    ['a secret that is wrong', exchange, { action: 'errcode', errcode: 40001 }, 'misconfigured'],
    ['an app id that is wrong', exchange, { action: 'errcode', errcode: 40013 }, 'misconfigured'],
    ['a frozen secret', exchange, { action: 'errcode', errcode: 40243 }, 'misconfigured'],
    ['a permission that is missing', userinfo, { action: 'errcode', errcode: 48001 }, 'misconfigured'],
    ['a quota that is used up', exchange, { action: 'quota' }, 'provider_busy'],
    ['too many calls', userinfo, { action: 'tooFast' }, 'provider_busy'],
    ['an error nobody has described', exchange, { action: 'errcode', errcode: 99999 }, 'provider_unintelligible'],
    ['a broken server', exchange, { action: 'http500' }, 'provider_unintelligible'],
    ["a proxy's page", userinfo, { action: 'html502' }, 'provider_unintelligible'],
    ['a log-in page of the network', exchange, { action: 'html200' }, 'provider_unintelligible'],
    ['JSON that ends in the middle', exchange, { action: 'badJson' }, 'provider_unintelligible'],
    ['JSON that is no object', exchange, { action: 'strangeJson' }, 'provider_unintelligible'],
    ['a redirect to another host', exchange, { action: 'redirect302' }, 'provider_unintelligible'],
    ['a connection that breaks before', exchange, { action: 'resetBefore' }, 'provider_unreachable'],
    ['a connection that breaks after the code was used', exchange, { action: 'resetAfter' }, 'provider_unreachable'],
  ] as const)('%s is told apart', async (_, match, fault, code) => {
    const { signIn, control, exchanges, events } = await startSite()
    const { arrive } = await signIn()
    control.fault({ match, ...fault })
    expect(await arrive()).toMatchObject({ outcome: 'refused', code, way: 'website', returnTo: home })
    expect(exchanges()).toBe(1)
    expect(events.at(-1)).toMatchObject({ type: 'refused', code })
  })

  it('silence ends at the deadline', async () => {
    const { signIn, control, clock, exchanges, calls } = await startSite()
    const { arrive } = await signIn()
    control.fault({ match: exchange, action: 'hang' })
    const arrival = arrive()
    await until(() => exchanges() === 1)
    await clock.advance(5000)
    expect(codeOf(await arrival)).toBe('provider_silent')
    expect(calls).toEqual([
      {
        provider: 'wechat',
        call: '/api/sns/oauth2/access_token',
        ms: 5000,
        result: 'provider_silent',
        code: 'provider_silent',
      },
    ])
    expect(clock.timers()).toBe(0)
  })

  it('"busy" is asked three times and no more', async () => {
    const { signIn, control, clock, calls, exchanges } = await startSite()
    const { arrive } = await signIn()
    control.fault({ match: exchange, action: 'busy', times: 9 })
    const arrival = arrive()
    for (const answered of [1, 2]) {
      await until(() => calls.length === answered)
      await clock.advance(900)
    }
    expect(codeOf(await arrival)).toBe('provider_busy')
    expect(exchanges()).toBe(3)
  })

  it('an error carries the number and the reference that support asks for', async () => {
    const { signIn, control, events } = await startSite()
    const { arrive } = await signIn()
    control.fault({ match: exchange, action: 'usedCode' })
    const arrival = await arrive()
    expect(arrival).toMatchObject({ reference: expect.stringMatching(/^[\da-f]{8}-/) })
    expect(events.at(-1)).toMatchObject({ errcode: '40163', reference: expect.stringMatching(/^[\da-f]{8}-/) })
  })

  it('a body of megabytes is cut off after a quarter of one', async () => {
    let pieces = 0
    const flood: Fetch = async () =>
      new Response(
        new ReadableStream({
          pull(stream) {
            stream.enqueue(new Uint8Array(65_536).fill(0x20))
            if (++pieces === 100) stream.close()
          },
        }),
      )
    const { signIn } = await startSite({ fetch: flood })
    expect(codeOf(await (await signIn()).arrive())).toBe('provider_unintelligible')
    expect(pieces).toBeLessThan(10)
  })

  it('two answers about different people sign in neither', async () => {
    const { signIn, control } = await startSite({
      async fetch(address, init) {
        const response = await fetch(address, init)
        if (!address.includes(userinfo)) return response
        const other = control.identity('aju', apps.website.appId)
        return Response.json({ ...(await response.json()), openid: other.openid, unionid: other.unionid })
      },
    })
    expect(codeOf(await (await signIn('xiaoman')).arrive())).toBe('provider_unintelligible')
  })
})

describe('events and calls', () => {
  it('hold no secret, no code, no state, no token and no openid', async () => {
    const said: unknown[] = []
    const answers: string[] = []
    const { signIn, control, events, calls } = await startSite({
      async fetch(address, init) {
        const response = await fetch(address, init)
        answers.push(await response.clone().text())
        return response
      },
    })
    for (const action of ['usedCode', 'http500', 'badJson', 'resetAfter', 'redirect302'] as const) {
      const { arrive } = await signIn()
      control.fault({ match: '/sns/', action })
      said.push(await arrive())
    }
    const { arrive, callback, cookie } = await signIn()
    await arrive()
    const { openid, unionid = '' } = control.identity('xiaoman', apps.website.appId)
    const query = new URL(callback).searchParams
    const tokens = answers.flatMap(answer =>
      [...answer.matchAll(/"(?:access|refresh)_token":"([^"]+)"/g)].map(([, t]) => t),
    )
    expect(tokens.length).toBeGreaterThan(1)
    const told = JSON.stringify([events, calls, said])
    const secrets = [
      apps.website.appSecret,
      openid,
      unionid,
      query.get('code'),
      query.get('state'),
      cookie.value,
      ...tokens,
    ]
    for (const secret of secrets) expect(told).not.toContain(secret)
  })
})

describe('wechat()', () => {
  it('is refused with options that cannot be', () => {
    expect(() => wechat({})).toThrow('website or account')
    expect(() => wechat({ website: { appId: 'dd1', appSecret: 'x' } })).toThrow('appId')
    expect(() => wechat({ website: { appId: apps.website.appId, appSecret: '' } })).toThrow('appSecret')
    expect(() => wechat({ ...apps, deadline: 0 })).toThrow('deadline')
  })
})
