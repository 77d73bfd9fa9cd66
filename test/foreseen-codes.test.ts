/** A phone on which somebody has to sign in first: the code that it has read is too old by then, the next ones are not. */
import { describe, expect, it } from 'vitest'
import { createPhone } from '../packages/scanlogin/src/phone.ts'
import { allowedOrigin, start } from './start.ts'

async function scene(rotation = true) {
  const started = start({ login: { rotation } })
  const { browser, clock, fetch, handler } = started
  await browser.create()
  // The page's own calls, of a browser in which nobody is signed in.
  const phone = createPhone({
    scanUrl: 'https://id.example.com/s',
    base: 'https://id.example.com/v1',
    headers: () => ({ origin: 'https://id.example.com' }),
    fetch: (address, init) => handler(new Request(address, { ...init, redirect: 'follow' })),
  })
  return { ...started, browser, clock, fetch, phoneOfNobody: phone }
}

describe('a phone on which nobody is signed in', () => {
  it('is told the codes that the browser shows from now on', async () => {
    const { browser, clock, phoneOfNobody } = await scene()
    await clock.advance(13_000)
    const told = await phoneOfNobody.foresee(await browser.draw(13))
    expect(told).toMatchObject({ next_in: 7, step_seconds: 10 })
    expect(told.codes).toHaveLength(11)
    for (const [index, code] of told.codes.entries()) expect(code).toBe(await browser.draw(10 + 10 * index))
  })

  it('scans with one of them once somebody is signed in, when the first is too old', async () => {
    const { browser, clock, phone, phoneOfNobody } = await scene()
    const { codes, next_in } = await phoneOfNobody.foresee(await browser.draw())
    await clock.advance(55_000)
    expect((await phone.scan(codes[0] ?? '')).status).toBe(422)
    expect((await phone.scan(codes[1 + Math.floor((55 - next_in) / 10)] ?? '')).status).toBe(200)
  })

  it('is told of none after the last', async () => {
    const { browser, clock, phoneOfNobody } = await scene()
    await clock.advance(119_999)
    const { codes } = await phoneOfNobody.foresee(await browser.draw(119))
    expect(codes).toEqual([await browser.draw(119)])
    await clock.advance(1)
    await expect(phoneOfNobody.foresee(await browser.draw(119))).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('is told of one that does not change, as it is', async () => {
    const { browser, phoneOfNobody } = await scene(false)
    expect((await phoneOfNobody.foresee(await browser.draw())).codes).toEqual([await browser.draw()])
  })

  it('is told nothing for a picture of a code, a forged one, or one that another phone has scanned', async () => {
    const { browser, clock, phone, phoneOfNobody } = await scene()
    const old = await browser.draw()
    await clock.advance(20_000)
    await expect(phoneOfNobody.foresee(old)).rejects.toMatchObject({ code: 'stale_qr' })
    const fresh = await browser.draw(20)
    const forged = fresh.slice(0, -1) + (fresh.endsWith('0') ? '1' : '0')
    await expect(phoneOfNobody.foresee(forged)).rejects.toMatchObject({ code: 'stale_qr' })
    await phone.scan(fresh)
    await expect(phoneOfNobody.foresee(fresh)).rejects.toMatchObject({ code: 'wrong_state' })
  })

  it('is bound to nobody by it, and neither is the code', async () => {
    const { browser, phone, phoneOfNobody } = await scene()
    await phoneOfNobody.foresee(await browser.draw())
    expect((await browser.read()).body).toMatchObject({ state: 'pending', version: 1 })
    expect((await phone.scan(await browser.draw())).status).toBe(200)
  })
})

describe('a page of another site', () => {
  it('is told no codes, unless the site is allowed to call', async () => {
    const { browser, fetch } = await scene()
    const ask = (origin: string, fields: object) =>
      fetch('/v1/codes', {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      })
    const qr = await browser.draw()
    expect((await ask('https://evil.example', { qr })).status).toBe(403)
    expect((await ask('https://id.example.com', { qr, user: 'x' })).status).toBe(400)
    expect((await ask('https://id.example.com', {})).status).toBe(400)
    expect((await ask(allowedOrigin, { qr })).status).toBe(200)
  })
})
