/** A sign-in as a page sees it that speaks WeChat's numbers. */
import { describe, expect, it } from 'vitest'
import { start } from '../start.ts'

function startPage() {
  const { browser, phone, stranger, clock } = start()
  const status = (last?: number, who = browser) =>
    who.call<{ wx_errcode: number }>(
      'GET',
      `/tickets/${browser.ticket.id}/wechat-status${last === undefined ? '' : `?last=${last}`}`,
    )
  return {
    browser,
    phone,
    stranger,
    clock,
    status,
    number: async (last?: number) => (await status(last)).body.wx_errcode,
  }
}

describe('the WeChat-coded status', () => {
  it('goes from 408 to 404 to 405, and to 402 once it is redeemed', async () => {
    const { browser, phone, clock, number } = startPage()
    await browser.create()
    const waiting = number()
    await clock.advance(25_000)
    expect(await waiting).toBe(408)
    const held = number(408)
    await phone.scan(await browser.draw(25))
    expect(await held).toBe(404)
    const decided = number(404)
    await phone.confirm()
    expect(await decided).toBe(405)
    expect((await browser.redeem()).status).toBe(200)
    expect(await number(405)).toBe(402)
  })

  it('says 404 at once to a page that does not know of the scan', async () => {
    const { browser, phone, number } = startPage()
    await browser.create()
    await phone.scan(await browser.draw())
    expect(await number()).toBe(404)
  })

  it('is 403 after a refusal, and 402 after a cancellation and at the end', async () => {
    const denied = startPage()
    await denied.browser.create()
    await denied.phone.scan(await denied.browser.draw())
    await denied.phone.deny()
    expect(await denied.number(404)).toBe(403)
    expect(await denied.number(403)).toBe(403)
    const cancelled = startPage()
    await cancelled.browser.create()
    await cancelled.browser.cancel()
    expect(await cancelled.number()).toBe(402)
    const expired = startPage()
    await expired.browser.create()
    await expired.clock.advance(301_000)
    expect(await expired.number()).toBe(402)
  })

  it('gives no session, and nothing about the user', async () => {
    const { browser, phone, status } = startPage()
    await browser.create()
    await phone.scan(await browser.draw())
    await phone.confirm()
    const reply = await status(404)
    expect(reply.body).toEqual({ wx_errcode: 405 })
    expect(reply.headers.get('set-cookie')).toBeNull()
    expect((await browser.read()).body.state).toBe('confirmed')
  })

  it('is told to the browser of the ticket alone, and by a GET alone', async () => {
    const { browser, phone, stranger, status } = startPage()
    await browser.create()
    await phone.scan(await browser.draw())
    expect((await status(408, stranger.browser)).status).toBe(404)
    expect((await browser.call('POST', `/tickets/${browser.ticket.id}/wechat-status`)).status).toBe(405)
  })
})

describe('the Alipay-coded status', () => {
  function startShort() {
    const page = startPage()
    const read = (who = page.browser) =>
      who.call<{ stat: string; barcodeStatus: string }>('GET', `/tickets/${page.browser.ticket.id}/alipay-status`)
    return { ...page, read, word: async () => (await read()).body.barcodeStatus }
  }

  it('goes from waiting to scanned to confirmed, each told at once, and is over once it is redeemed', async () => {
    const { browser, phone, word } = startShort()
    await browser.create()
    expect(await word()).toBe('waiting')
    await phone.scan(await browser.draw())
    expect(await word()).toBe('scanned')
    await phone.confirm()
    expect(await word()).toBe('confirmed')
    expect((await browser.redeem()).status).toBe(200)
    expect(await word()).toBe('expired')
  })

  it('says that it was refused, and that it is over', async () => {
    const denied = startShort()
    await denied.browser.create()
    await denied.phone.scan(await denied.browser.draw())
    await denied.phone.deny()
    expect(await denied.word()).toBe('denied')
    const expired = startShort()
    await expired.browser.create()
    await expired.clock.advance(301_000)
    expect(await expired.word()).toBe('expired')
  })

  it('gives no session and no name, to nobody but the browser of the ticket, and by a GET alone', async () => {
    const { browser, phone, stranger, read } = startShort()
    await browser.create()
    await phone.scan(await browser.draw())
    await phone.confirm()
    const reply = await read()
    expect(reply.body).toEqual({ stat: 'ok', barcodeStatus: 'confirmed' })
    expect(reply.headers.get('set-cookie')).toBeNull()
    expect((await read(stranger.browser)).status).toBe(404)
    expect((await browser.call('POST', `/tickets/${browser.ticket.id}/alipay-status`)).status).toBe(405)
  })
})
