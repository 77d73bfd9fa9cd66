/** Signing in by an official account's scene code: to scan is no answer, the question is. */
import { describe, expect, it } from 'vitest'
import { until } from '../connectors/wechat.ts'
import { askForCode, linkIn, startSceneSite } from './site.ts'

describe("an official account's scene code", () => {
  it.each(['plain', 'compat', 'safe'] as const)('signs in whoever confirms (%s)', async mode => {
    const site = await startSceneSite(mode)
    expect(await site.control.accounts.verifyUrl(site.account)).toBe(true)
    const { browser, asked, scan } = await site.showCode()
    expect(asked).toMatchObject({ status: 200, body: { url: expect.stringContaining('/q/02') } })
    const delivery = await scan('xiaoman')
    expect(delivery).toMatchObject({ delivered: true, attempts: 1 })
    expect((await browser.wait(1, 5)).body).toMatchObject({ state: 'scanned' })
    const phone = site.phoneOf('xiaoman')
    const question = await phone.visit(linkIn(delivery.shown))
    expect([question.status, question.text]).toEqual([200, expect.stringContaining('Sign in on that browser?')])
    expect((await phone.press('confirm', question)).text).toContain('Confirmed')
    expect((await browser.redeem()).body.user?.id).toMatch(/^a_/)
  })

  it('signs nobody in who has only scanned it, however often', async () => {
    const site = await startSceneSite()
    const { browser, scan } = await site.showCode()
    for (let time = 0; time < 3; time++) await scan('xiaoman')
    expect((await browser.wait(1, 5)).body.state).toBe('scanned')
    expect((await browser.redeem()).status).toBe(409)
  })

  it('has a question that signs nobody in by being opened, and takes no for an answer', async () => {
    const site = await startSceneSite()
    const { browser, scan } = await site.showCode()
    const { shown } = await scan('xiaoman')
    const phone = site.phoneOf('xiaoman')
    const question = await phone.visit(linkIn(shown))
    expect((await browser.redeem()).status).toBe(409)
    expect((await phone.press('deny', question)).text).toContain('nobody is signed in')
    expect((await browser.read()).body.state).toBe('denied')
    expect((await phone.press('confirm', question)).status).toBe(410)
  })

  it('belongs to the first who scans it', async () => {
    const site = await startSceneSite()
    const { browser, scan } = await site.showCode()
    const { shown } = await scan('xiaoman')
    const second = await scan('aju')
    expect(second).toMatchObject({ delivered: true, shown: expect.stringContaining('Somebody else') })
    expect(linkIn(second.shown)).toBe('')
    const thief = await site.phoneOf('aju').visit(linkIn(shown))
    expect([thief.status, thief.text]).toEqual([403, expect.stringContaining('for somebody else')])
    expect((await browser.read()).body.state).toBe('scanned')
  })

  it('belongs to them also where WeChat did not tell at once who they are', async () => {
    const site = await startSceneSite()
    const { browser, scan } = await site.showCode()
    site.control.fault({ match: '/cgi-bin/user/info', action: 'http500' })
    const { shown } = await scan('xiaoman')
    await until(() => site.server.lines.some(line => line.includes('has moved no ticket')))
    expect((await site.phoneOf('aju').visit(linkIn(shown))).status).toBe(403)
    expect((await browser.read()).body.state).toBe('pending')
    expect((await site.phoneOf('xiaoman').visit(linkIn(shown))).status).toBe(200)
    expect((await browser.read()).body.state).toBe('scanned')
  })

  it('takes no confirmation from a page that has not seen the question', async () => {
    const site = await startSceneSite()
    const { browser, scan } = await site.showCode()
    const { shown } = await scan('xiaoman')
    const phone = site.phoneOf('xiaoman')
    await phone.visit(linkIn(shown))
    expect((await phone.press('confirm', { text: '' })).status).toBe(403)
    expect((await browser.read()).body.state).toBe('scanned')
  })

  it('is one for a ticket, and for the browser of that ticket alone', async () => {
    const site = await startSceneSite()
    const { browser, asked, again } = await site.showCode()
    expect((await again()).body.url).toBe(asked.body.url)
    expect(site.control.accounts.codes()).toHaveLength(1)
    const { id, user_code } = browser.ticket
    expect((await askForCode(site.server.url, { id, user_code }, '')).status).toBe(404)
    const foreign = { 'sec-fetch-site': 'cross-site' }
    expect((await askForCode(site.server.url, { id, user_code }, '', foreign)).status).toBe(403)
    expect((await askForCode(site.server.url, { id }, '')).status).toBe(400)
    expect(JSON.stringify(site.control.accounts.codes())).not.toContain(id)
  })

  it('is not made for the letters of another ticket', async () => {
    const site = await startSceneSite()
    const [own, other] = [await site.showCode(), await site.showCode()]
    const cookie = [...own.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    for (const user_code of [other.browser.ticket.user_code, 'BBBB-BBBB', 'not a code']) {
      const refused = await askForCode(site.server.url, { id: own.browser.ticket.id, user_code }, cookie)
      expect([refused.status, refused.body.code]).toEqual([404, 'not_found'])
    }
    expect(site.control.accounts.codes()).toHaveLength(2)
  })

  it('says so where the ticket has ended', async () => {
    const site = await startSceneSite()
    const { browser, again, scan } = await site.showCode()
    await browser.cancel()
    expect((await again()).status).toBe(409)
    const { shown } = await scan('xiaoman')
    expect((await site.phoneOf('xiaoman').visit(linkIn(shown))).status).toBe(410)
  })
})

describe("WeChat's pushes", () => {
  it.each(['wrongSignature', 'staleTimestamp', 'wrongReceiver'] as const)(
    'are refused where one is wrong: %s',
    async how => {
      const site = await startSceneSite()
      const { browser, scan } = await site.showCode()
      site.control.accounts.tamper(site.account, how)
      expect(await scan('xiaoman')).toMatchObject({ delivered: false })
      expect((await browser.read()).body.state).toBe('pending')
    },
  )

  it('are refused where one is larger than any of WeChat is', async () => {
    const site = await startSceneSite()
    const { scan } = await site.showCode()
    site.control.accounts.tamper(site.account, 'large')
    expect(await scan('xiaoman')).toMatchObject({ delivered: false })
  })

  it('are refused with a document type, in plain text and around a cipher', async () => {
    for (const mode of ['plain', 'safe'] as const) {
      const site = await startSceneSite(mode)
      const { scan } = await site.showCode()
      site.control.accounts.tamper(site.account, 'doctype')
      expect(await scan('xiaoman')).toMatchObject({ delivered: false })
    }
  })

  it('are read in cipher where clear text says something else', async () => {
    const site = await startSceneSite('compat')
    const { scan } = await site.showCode()
    site.control.accounts.tamper(site.account, 'otherClearText')
    const { shown } = await scan('xiaoman')
    const question = await site.phoneOf('xiaoman').visit(linkIn(shown))
    expect(question.status).toBe(200)
  })

  it('move a ticket once, though one comes twice', async () => {
    const site = await startSceneSite()
    const { browser, scan } = await site.showCode()
    site.control.accounts.tamper(site.account, 'duplicate')
    expect(await scan('xiaoman')).toMatchObject({ delivered: true, attempts: 1 })
    expect((await browser.wait(1, 5)).body.state).toBe('scanned')
    expect(site.control.calls('/cgi-bin/user/info')).toHaveLength(1)
  })

  it('that are about no scene of ours are taken, and answered with nothing', async () => {
    const site = await startSceneSite()
    expect(await site.control.accounts.follow(site.account, 'aju')).toMatchObject({ delivered: true, shown: '' })
    expect(await site.control.accounts.leave(site.account, 'aju')).toMatchObject({ delivered: true, shown: '' })
  })

  it('find the account of somebody whom the website knows', async () => {
    const site = await startSceneSite()
    const laptop = site.newJar()
    const { location } = await laptop.get('/connect/wechat/start')
    await (await fetch(location)).text()
    await laptop.get(site.control.website.signIn('aju').callback)
    const { user } = JSON.parse((await laptop.get('/v1/session')).text)
    const { browser, scan } = await site.showCode()
    const { shown } = await scan('aju')
    const phone = site.phoneOf('aju')
    await phone.press('confirm', await phone.visit(linkIn(shown)))
    expect((await browser.redeem()).body.user?.id).toBe(user.id)
  })

  it('leave no openid, link or scene in the log', async () => {
    const site = await startSceneSite()
    const { browser, scan } = await site.showCode()
    const { shown } = await scan('xiaoman')
    const phone = site.phoneOf('xiaoman')
    await phone.press('confirm', await phone.visit(linkIn(shown)))
    await browser.redeem()
    const log = site.server.lines.join('\n')
    const { openid, unionid } = site.control.identity('xiaoman', site.account)
    for (const secret of [openid, unionid ?? '-', linkIn(shown).split('/').at(-1) ?? '-', browser.ticket.user_code]) {
      expect(log).not.toContain(secret)
    }
  })
})
