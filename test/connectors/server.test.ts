/** The server's own pages around WeChat, over HTTP as browsers speak it. */
import { describe, expect, it } from 'vitest'
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { apiKey } from '../start.ts'
import { insideWechat, returnTo, startServerSite, troubleIn } from './server-site.ts'
import { apps, until } from './wechat.ts'

type Site = Awaited<ReturnType<typeof startServerSite>>
type Jar = ReturnType<Site['newJar']>

const start = '/connect/wechat/start'

describe('signing in with WeChat', () => {
  it('ends in a session like any other, and the code is in no address any more', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    const reply = await throughWechat(site, browser, 'xiaoman')
    expect([reply.status, reply.location]).toEqual([303, '/'])
    const { user, session } = JSON.parse((await browser.get('/v1/session')).text)
    expect(user).toMatchObject({ name: '林小满', id: expect.stringMatching(/^a_/) })
    expect(session.expires_in).toBeGreaterThan(28_000)
    const { sessions } = JSON.parse((await browser.get('/v1/sessions')).text)
    expect(sessions).toMatchObject([{ current: true, claimed: { browser: 'Firefox' } }])
  })

  it('leads back to an address on the list, and to no other', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    const query = new URLSearchParams({ return_to: returnTo })
    expect((await throughWechat(site, browser, 'aju', `${start}?${query}`)).location).toBe(returnTo)
    for (const address of ['https://evil.example/', `${returnTo}/`, '//evil.example', 'javascript:alert(1)']) {
      const reply = await browser.get(`${start}?${new URLSearchParams({ return_to: address })}`)
      expect([reply.status, troubleIn(reply.text)], address).toEqual([400, 'invalid_request'])
    }
  })

  it('is the same user each time, and somebody else is another', async () => {
    const site = await startServerSite()
    const ids: string[] = []
    for (const person of ['xiaoman', 'aju', 'xiaoman']) {
      const browser = site.newJar()
      await throughWechat(site, browser, person)
      ids.push(JSON.parse((await browser.get('/v1/session')).text).user.id)
    }
    expect(ids[2]).toBe(ids[0])
    expect(ids[1]).not.toBe(ids[0])
  })

  it('gives the same session to a browser that repeats the callback', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    const callback = await callbackOf(site, browser, 'xiaoman')
    const [one, other] = await Promise.all([browser.get(callback), browser.get(callback)])
    expect([one.status, other.status]).toEqual([303, 303])
    expect(JSON.parse((await browser.get('/v1/sessions')).text).sessions).toHaveLength(1)
    expect(site.control.calls('/sns/oauth2/access_token')).toHaveLength(1)
  })
})

describe('the account page', () => {
  it('begins an identity that waits for the person to say that it is theirs', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    const query = new URLSearchParams({ return_to: `${site.publicUrl}/account` })
    const reply = await throughWechat(site, browser, 'xiaoman', `${start}?${query}`)
    expect([reply.status, reply.location]).toEqual([303, '/account/bind'])
    expect((await browser.get('/v1/session')).status).toBe(401)
  })

  it('offers each provider with the path that begins it', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    await throughWechat(site, browser, 'xiaoman')
    const { providers } = JSON.parse((await browser.get('/account/identities')).text)
    expect(providers).toMatchObject([{ provider: 'wechat', start: expect.stringContaining(start) }])
    expect((await throughWechat(site, browser, 'aju', providers[0].start)).location).toBe('/account/bind')
  })
})

describe('a beginning', () => {
  it('is one that a person looks at: no picture, no script, nothing that is loaded ahead', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    for (const headers of [
      { 'sec-fetch-dest': 'image' },
      { 'sec-fetch-dest': 'empty' },
      { 'sec-purpose': 'prefetch' },
    ]) {
      const reply = await browser.get(start, headers)
      expect([reply.status, troubleIn(reply.text), browser.cookies.size]).toEqual([400, 'invalid_request', 0])
    }
    for (const dest of ['document', 'iframe']) {
      expect((await browser.get(start, { 'sec-fetch-dest': dest })).status).toBe(303)
    }
  })

  it('that comes to nothing in our own frame can be read there, and in no other', async () => {
    const site = await startServerSite()
    const headersOf = async (dest: string) => {
      const { headers } = await site.newJar().get(`${start}?way=nonsense`, { 'sec-fetch-dest': dest })
      return [
        headers.get('x-frame-options'),
        /frame-ancestors [^;]*/.exec(headers.get('content-security-policy') ?? '')?.[0],
      ]
    }
    expect(await headersOf('iframe')).toEqual(['SAMEORIGIN', "frame-ancestors 'self'"])
    expect(await headersOf('document')).toEqual(['DENY', "frame-ancestors 'none'"])
  })

  it('is refused to a network that has begun as many as it may, and to no other', async () => {
    const site = await startServerSite({ SCANLOGIN_SIGN_INS_PER_NETWORK: '3', SCANLOGIN_TRUSTED_PROXIES: '1' })
    const from = (address: string) => site.newJar().get(start, { 'x-forwarded-for': address })
    for (let i = 0; i < 3; i++) expect((await from(`198.51.100.${i}`)).status).toBe(303)
    const reply = await from('198.51.100.9')
    expect([reply.status, troubleIn(reply.text), reply.headers.get('retry-after')]).toEqual([429, 'rate_limited', '60'])
    expect((await from('203.0.113.1')).status).toBe(303)
  })
})

describe('a callback', () => {
  it('with the state of another browser is refused, whatever cookies come with it', async () => {
    const site = await startServerSite()
    const attacker = site.newJar()
    const callback = await callbackOf(site, attacker, 'aju')
    for (const victim of [site.newJar(), await begun(site)]) {
      const reply = await victim.get(callback)
      expect([reply.status, troubleIn(reply.text)]).toEqual([400, 'other_browser'])
      expect((await victim.get('/v1/session')).status).toBe(401)
    }
    expect(site.control.calls('/sns/')).toHaveLength(0)
    expect((await attacker.get(callback)).status).toBe(303)
  })

  it('that is forged says so without repeating what it was given', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    for (const query of [
      'code=stolencode&state=forgedstate',
      'code=stolencode',
      '',
      `code=stolencode&state=${'a'.repeat(64)}`,
    ]) {
      const reply = await browser.get(`/connect/wechat?${query}`)
      expect([reply.status, troubleIn(reply.text)], query).toEqual([400, 'state_unknown'])
      expect(reply.text).not.toMatch(/stolencode|forgedstate/)
    }
    expect(site.control.calls('/sns/')).toHaveLength(0)
  })

  it('of a provider that is not there finds nothing', async () => {
    const site = await startServerSite()
    for (const address of ['/connect/nobody', '/connect/nobody/start', '/connect/__proto__', '/connect/constructor']) {
      const reply = await site.newJar().get(address)
      expect([reply.status, troubleIn(reply.text)], address).toEqual([404, 'not_found'])
    }
  })

  it('signs nobody in again who has signed out, and says that it was used', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    const callback = await callbackOf(site, browser, 'xiaoman')
    await browser.get(callback)
    const session = { cookie: `scanlogin-session=${browser.cookies.get('scanlogin-session')}`, origin: site.publicUrl }
    await fetch(`${site.server.url}/v1/session`, { method: 'DELETE', headers: session })
    const again = await browser.get(callback)
    expect([again.status, troubleIn(again.text)]).toEqual([400, 'state_used'])
    expect((await browser.get('/v1/session')).status).toBe(401)
  })

  it.each([
    ['40029', { action: 'errcode', errcode: 40029 }, 400, 'code_rejected'],
    ['40163', { action: 'usedCode' }, 400, 'code_rejected'],
    ['42001', { action: 'errcode', errcode: 42001 }, 400, 'code_rejected'],
    ['-1 three times', { action: 'busy', times: 3 }, 503, 'provider_busy'],
    ['a proxy’s HTML', { action: 'html502' }, 502, 'provider_unintelligible'],
    ['a break in the connection', { action: 'resetAfter' }, 502, 'provider_unreachable'],
    ['a wrong secret', { action: 'errcode', errcode: 40125 }, 500, 'misconfigured'],
  ] as const)('that WeChat answers with %s is a page with a way on', async (_, fault, status, code) => {
    const site = await startServerSite()
    const browser = site.newJar()
    const callback = await callbackOf(site, browser, 'xiaoman')
    site.control.fault({ match: '/sns/oauth2/access_token', ...fault })
    const reply = await browser.get(callback)
    expect([reply.status, troubleIn(reply.text)]).toEqual([status, code])
    const again = /<meta name="retry" content="([^"]*)">/.exec(reply.text)?.[1]
    expect(again).toBe(code === 'misconfigured' ? '' : start)
    expect((await browser.get('/v1/session')).status).toBe(401)
    expect((await throughWechat(site, browser, 'xiaoman')).status).toBe(303)
  })

  it('of a person whom nobody here knows ends there, where strangers are not let in', async () => {
    const site = await startServerSite({ SCANLOGIN_FIRST_SIGHT: 'deny' })
    const reply = await throughWechat(site, site.newJar(), 'xiaoman')
    expect([reply.status, troubleIn(reply.text)]).toEqual([403, 'unknown_person'])
  })

  it('of such a person leads to the question whose it is, where identities are bound', async () => {
    const site = await startServerSite({ SCANLOGIN_FIRST_SIGHT: 'bind' })
    const browser = site.newJar()
    expect((await throughWechat(site, browser, 'xiaoman')).location).toBe('/account/bind')
    expect(JSON.parse((await browser.get('/account/waiting')).text)).toMatchObject({ provider: 'wechat' })
  })
})

describe("a page inside WeChat's browser", () => {
  it('signs the phone in without a question where the person is known, and approves a browser with it', async () => {
    const site = await startServerSite()
    await throughWechat(site, site.newJar(), 'xiaoman')
    const phone = site.newJar(insideWechat)
    await insideTo(site, phone, 'xiaoman')
    const again = site.newJar(insideWechat)
    const silent = await again.get(`${start}?way=inside`)
    const back = await again.get((await followed(silent.location)).location)
    expect([back.status, back.location]).toEqual([303, '/s'])
    expect(site.control.web.requests()).toHaveLength(0)
    const user = await scanWith(site, again)
    expect(user).toMatchObject({ name: '林小满' })
  })

  it('asks for the name of a person who is new, and knows them by their unionid from the website', async () => {
    const site = await startServerSite()
    const browser = site.newJar()
    await throughWechat(site, browser, 'xiaoman')
    const { user } = JSON.parse((await browser.get('/v1/session')).text)
    const phone = site.newJar(insideWechat)
    await insideTo(site, phone, 'xiaoman')
    expect(await scanWith(site, phone)).toMatchObject({ id: user.id })
  })

  it('opens no session of a browser, and a browser’s session is none of a phone', async () => {
    const site = await startServerSite()
    const phone = site.newJar(insideWechat)
    await insideTo(site, phone, 'xiaoman')
    expect((await phone.get('/v1/session')).status).toBe(401)
    const browser = site.newJar()
    await throughWechat(site, browser, 'xiaoman')
    const token = browser.cookies.get('scanlogin-session') ?? ''
    expect(token).not.toBe('')
    browser.cookies.set('scanlogin-phone', token)
    expect((await scanReply(site, browser)).status).toBe(401)
    const phoneToken = phone.cookies.get('scanlogin-phone') ?? ''
    browser.cookies.set('scanlogin-session', phoneToken)
    expect((await browser.get('/v1/session')).status).toBe(401)
  })

  it('does not let in who is shown a preview of it only', async () => {
    const site = await startServerSite()
    site.control.setPerson({ id: 'xiaoman', snapshot: true })
    const phone = site.newJar(insideWechat)
    const silent = await phone.get(`${start}?way=inside`)
    const reply = await phone.get((await followed(silent.location)).location)
    expect([reply.status, troubleIn(reply.text)]).toEqual([403, 'anonymous_person'])
  })
})

describe('the access_token for other programs', () => {
  const path = '/connect/wechat/access-token'

  it('is given to who has an API key, and to nobody else', async () => {
    const site = await startServerSite()
    const program = site.newJar()
    expect((await program.get(path)).status).toBe(401)
    expect((await program.get(path, { authorization: 'Bearer of-nothing-that-would-open-anything' })).status).toBe(401)
    const reply = await program.get(path, { authorization: `Bearer ${apiKey}` })
    expect(JSON.parse(reply.text)).toMatchObject({
      app_id: apps.account.appId,
      access_token: expect.stringMatching(/^91_/),
    })
    expect(JSON.parse(reply.text).expires_in).toBeGreaterThan(7000)
    expect(reply.headers.get('cache-control')).toBe('no-store')
  })

  it('is replaced for who says that WeChat has refused it', async () => {
    const site = await startServerSite()
    const post = (body: unknown) =>
      fetch(`${site.server.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify(body),
      })
    const first = JSON.parse((await site.newJar().get(path, { authorization: `Bearer ${apiKey}` })).text).access_token
    site.control.tokens.voidTokens(apps.account.appId)
    const second = (await (await post({ refused: first })).json()).access_token
    expect(second).toMatch(/^91_/)
    expect(second).not.toBe(first)
    // The other program has heard late: it gets what is there.
    expect((await (await post({ refused: first })).json()).access_token).toBe(second)
    const soon = await post({ refused: second })
    expect([soon.status, (await soon.json()).code]).toEqual([503, 'provider_busy'])
    expect((await post({})).status).toBe(400)
  })
})

describe('the log', () => {
  it('tells of every end, and holds no secret, code, state, token or openid', async () => {
    const site = await startServerSite()
    const { server, control } = site
    const secrets: string[] = [apps.website.appSecret, apps.account.appSecret]
    const note = (address: string) => {
      const query = new URL(address, site.publicUrl).searchParams
      for (const name of ['code', 'state']) if (query.get(name)) secrets.push(query.get(name) ?? '')
    }
    for (const action of [undefined, 'usedCode', 'http500', 'badJson', 'resetAfter'] as const) {
      const browser = site.newJar()
      const callback = await callbackOf(site, browser, 'xiaoman')
      note(callback)
      if (action) control.fault({ match: '/sns/', action })
      await browser.get(callback)
      secrets.push(...browser.cookies.values())
    }
    const phone = site.newJar(insideWechat)
    await insideTo(site, phone, 'aju')
    secrets.push(...phone.cookies.values())
    const reply = await phone.get('/connect/wechat/access-token', { authorization: `Bearer ${apiKey}` })
    secrets.push(JSON.parse(reply.text).access_token)
    for (const person of ['xiaoman', 'aju']) {
      for (const { appId } of [apps.website, apps.account]) {
        const { openid, unionid } = control.identity(person, appId)
        secrets.push(openid, unionid ?? '')
      }
    }
    await until(() => server.lines.join('\n').includes('access_token_renewed'))
    const log = server.lines.join('\n')
    for (const told of ['connector_started', 'connector_identified', '"errcode":"40163"', 'provider_unreachable']) {
      expect(log).toContain(told)
    }
    for (const secret of secrets.filter(one => one !== '')) expect(log).not.toContain(secret)
    expect(secrets.length).toBeGreaterThan(20)
  })
})

/** Begins, is scanned and confirmed; gives where WeChat sends the browser. */
async function callbackOf({ control }: Site, browser: Jar, person: string, address = start): Promise<string> {
  const { location } = await browser.get(address)
  await (await fetch(location)).text()
  return control.website.signIn(person).callback
}

async function throughWechat(site: Site, browser: Jar, person: string, address = start) {
  return browser.get(await callbackOf(site, browser, person, address))
}

async function begun(site: Site): Promise<Jar> {
  const browser = site.newJar()
  await browser.get(start)
  return browser
}

/** As WeChat's browser follows an address of WeChat's. */
async function followed(address: string): Promise<{ location: string }> {
  const reply = await fetch(address, { redirect: 'manual', headers: { 'user-agent': insideWechat } })
  return { location: reply.headers.get('location') ?? '' }
}

/** Silently first, and with the person's consent where they are new. */
async function insideTo(site: Site, phone: Jar, person: string): Promise<void> {
  const silent = await phone.get(`${start}?way=inside`)
  expect(new URL(silent.location).searchParams.get('scope')).toBe('snsapi_base')
  const asked = await phone.get((await followed(silent.location)).location)
  if (asked.location === '/s') return
  expect(new URL(asked.location).searchParams.get('scope')).toBe('snsapi_userinfo')
  await followed(asked.location)
  const { callback } = site.control.web.allow(site.control.web.requests()[0]?.id ?? '', person)
  expect((await phone.get(callback)).location).toBe('/s')
}

/** Approves a fresh browser with this phone; gives whom that signs in. */
async function scanWith({ server, publicUrl }: Site, phone: Jar): Promise<unknown> {
  const { browser, scanned } = await scan({ server, publicUrl }, phone)
  expect(scanned.status).toBe(200)
  await scanned.confirm()
  return (await browser.redeem()).body.user
}

async function scanReply(site: Site, phone: Jar): Promise<{ status: number }> {
  return (await scan(site, phone)).scanned
}

async function scan({ server, publicUrl }: Pick<Site, 'server' | 'publicUrl'>, phone: Jar) {
  const cookie = [...phone.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const calling = { url: `${server.url}/v1`, origin: publicUrl }
  const browser = scriptedBrowser(calling)
  await browser.create()
  const scripted = scriptedPhone({ ...calling, headers: { cookie, origin: publicUrl } })
  const { status } = await scripted.type(browser.ticket.user_code)
  return { browser, scanned: { status, confirm: () => scripted.confirm() } }
}
