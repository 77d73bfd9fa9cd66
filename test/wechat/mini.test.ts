/** Signing in by a mini program's code: to scan is no answer, the button on its page is. */
import { describe, expect, it } from 'vitest'
import { mini } from '../simulator/wechat.ts'
import { miniPath, startMiniSite } from './mini-site.ts'

describe("a mini program's code", () => {
  it('signs in whoever confirms', async () => {
    const { showCode } = await startMiniSite()
    const { browser, asked, open } = await showCode()
    expect([asked.status, asked.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(asked.headers.get('cache-control')).toBe('no-store')
    const phone = await open('xiaoman')
    expect(phone.session.body).toEqual({ token: expect.stringMatching(/^wxmini_/), expires_in: 600 })
    expect(phone.scanned).toMatchObject({
      status: 200,
      body: { ticket: { state: 'scanned' }, context: { client: { origin: expect.any(String) } } },
    })
    expect((await browser.read()).body.state).toBe('scanned')
    expect((await browser.redeem()).status).toBe(409)
    expect((await phone.confirm(phone.scanned)).body).toMatchObject({ state: 'confirmed' })
    expect((await browser.redeem()).body.user?.id).toMatch(/^a_/)
  })

  it('signs nobody in who says no', async () => {
    const { showCode } = await startMiniSite()
    const { browser, open } = await showCode()
    const phone = await open('xiaoman')
    expect((await phone.deny(phone.scanned)).body).toMatchObject({ state: 'denied' })
    expect((await browser.read()).body.state).toBe('denied')
    expect((await phone.confirm(phone.scanned)).status).toBe(410)
  })

  it('belongs to the first who opens it', async () => {
    const { showCode } = await startMiniSite()
    const { browser, open } = await showCode()
    const first = await open('xiaoman')
    const second = await open('aju')
    expect(second.scanned).toMatchObject({ status: 409, body: { code: 'already_scanned' } })
    expect((await second.confirm(first.scanned)).status).not.toBe(200)
    expect((await browser.read()).body.state).toBe('scanned')
    expect((await first.confirm(first.scanned)).status).toBe(200)
  })

  it('has one scene for a ticket, which tells nothing of it', async () => {
    const { control, showCode } = await startMiniSite()
    const { browser, ask, scene } = await showCode()
    await ask()
    expect(control.mini.entries()).toHaveLength(1)
    expect(scene).toMatch(/^[\da-f]{32}$/)
    expect(scene).not.toContain(browser.ticket.id)
  })

  it('is drawn five times for a ticket, and for the browser of that ticket alone', async () => {
    const { call, control, showCode } = await startMiniSite()
    const { browser, ask } = await showCode()
    const again = await Promise.all(Array.from({ length: 8 }, ask))
    expect(again.filter(({ status }) => status === 200).length).toBeLessThan(5)
    expect(again.filter(({ status }) => status !== 200 && status !== 429)).toEqual([])
    expect((await ask()).status).toBe(429)
    expect(control.calls('/wxa/getwxacodeunlimit').length).toBeLessThanOrEqual(5)
    const { id, user_code } = browser.ticket
    const code = `${miniPath}/code`
    expect((await call(code, { id, user_code })).status).toBe(404)
    expect((await call(code, { id, user_code }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await call(code, { id })).status).toBe(400)
    expect((await call(code, 'x'.repeat(20_000))).status).toBe(413)
  })

  it('is not drawn for the letters of another ticket', async () => {
    const { call, control, showCode } = await startMiniSite()
    const [own, other] = [await showCode(), await showCode()]
    const cookie = [...own.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const drawn = control.mini.entries().length
    for (const user_code of [other.browser.ticket.user_code, 'BBBB-BBBB', 'not a code']) {
      const refused = await call(`${miniPath}/code`, { id: own.browser.ticket.id, user_code }, { cookie })
      expect([refused.status, refused.body.code]).toEqual([404, 'not_found'])
    }
    expect(control.mini.entries()).toHaveLength(drawn)
  })

  it.each(['trial', 'develop'] as const)('opens the %s version where that is asked for', async version => {
    const { control, showCode } = await startMiniSite({ SCANLOGIN_WECHAT_MINI_VERSION: version })
    expect((await showCode()).asked.status).toBe(200)
    expect(control.mini.entries().map(entry => entry.version)).toEqual([version])
  })

  it('says so where the ticket has ended', async () => {
    const { showCode } = await startMiniSite()
    const { browser, ask, open } = await showCode()
    await browser.cancel()
    expect((await ask()).body.code).toBe('wrong_state')
    expect((await open('xiaoman')).scanned).toMatchObject({ status: 410, body: { code: 'ticket_cancelled' } })
  })
})

describe("a mini program's person", () => {
  it('needs a token to scan, and a scene that there is', async () => {
    const site = await startMiniSite()
    const { browser, scene, open } = await site.showCode()
    expect((await site.call(`${miniPath}/scan`, { scene })).status).toBe(401)
    expect((await site.phoneWith('wxmini_guessed').scan(scene)).status).toBe(401)
    expect((await browser.read()).body.state).toBe('pending')
    const { scan } = await open('xiaoman')
    expect((await scan('0'.repeat(32))).body.code).toBe('not_found')
    expect((await scan(browser.ticket.id)).body.code).toBe('invalid_request')
  })

  it('is known by a code of wx.login() once', async () => {
    const { call, jsCode } = await startMiniSite()
    const js_code = jsCode('xiaoman')
    expect((await call(`${miniPath}/session`, { js_code })).status).toBe(200)
    const again = await call(`${miniPath}/session`, { js_code })
    expect([again.status, again.body.code]).toEqual([400, 'code_rejected'])
    expect((await call(`${miniPath}/session`, { js_code: 'guessed-code' })).body.code).toBe('code_rejected')
    expect((await call(`${miniPath}/session`, {})).body.code).toBe('invalid_request')
  })

  it('has the account that the website knows them by', async () => {
    const { control, newJar, showCode } = await startMiniSite()
    const laptop = newJar()
    const { location } = await laptop.get('/connect/wechat/start')
    await (await fetch(location)).text()
    await laptop.get(control.website.signIn('aju').callback)
    const { user } = JSON.parse((await laptop.get('/v1/session')).text)
    const { browser, open } = await showCode()
    const phone = await open('aju')
    await phone.confirm(phone.scanned)
    expect((await browser.redeem()).body.user?.id).toBe(user.id)
  })

  it.each(['deny', 'bind'])('is refused where strangers are (%s)', async rule => {
    const { call, jsCode } = await startMiniSite({ SCANLOGIN_FIRST_SIGHT: rule })
    const refused = await call(`${miniPath}/session`, { js_code: jsCode('xiaoman') })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
  })

  it('needs no other WeChat app to be set up', async () => {
    const none = ['', '_ACCOUNT'].flatMap(app => [`SCANLOGIN_WECHAT${app}_APP_ID`, `SCANLOGIN_WECHAT${app}_APP_SECRET`])
    const { showCode } = await startMiniSite(Object.fromEntries(none.map(name => [name, ''])))
    const { browser, open } = await showCode()
    const phone = await open('xiaoman')
    await phone.confirm(phone.scanned)
    expect((await browser.redeem()).status).toBe(200)
  })

  it('leaves no code, token, session key or openid in the log, nor in an answer', async () => {
    const { call, control, server, showCode } = await startMiniSite()
    const { browser, scene, open } = await showCode()
    const phone = await open('xiaoman')
    const confirmed = await phone.confirm(phone.scanned)
    await browser.redeem()
    await call(`${miniPath}/session`, { js_code: phone.jsCode })
    const { openid, unionid = '-' } = control.identity('xiaoman', mini.appid)
    const secrets = [phone.jsCode, openid, String(unionid), mini.secret]
    const answers = [phone.session.text, phone.scanned.text, confirmed.text].join('\n')
    expect(answers).not.toMatch(/session_?key/i)
    for (const secret of secrets) expect(answers).not.toContain(secret)
    const log = server.lines.join('\n')
    expect(log).not.toMatch(/session_?key/i)
    for (const secret of [...secrets, scene, String(phone.session.body.token)]) expect(log).not.toContain(secret)
  })
})
