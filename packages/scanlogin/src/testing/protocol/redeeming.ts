/** `POST redeem`: one session for one ticket, for the browser that created it. */
import { answered, holds, matches, refused, same } from './claims.ts'
import type { Rules, Stage } from './stage.ts'

export const redeeming = {
  async 'gives the user whose phone confirmed, and a session'({ confirmed, browser, phone }) {
    await confirmed()
    const { body } = answered(await browser.redeem())
    same(body.user?.id, phone.user?.id, 'the user')
    holds(body.session !== undefined, 'there is a session')
  },

  async 'gives nothing before the phone has confirmed'({ browser, phone }) {
    answered(await browser.create(), 201)
    refused(await browser.redeem(), 409, 'wrong_state')
    answered(await phone.scan(browser.ticket.qr.url))
    refused(await browser.redeem(), 409, 'wrong_state')
    const { body } = answered(await browser.read())
    same(body.state, 'scanned', 'the state')
  },

  async 'gives the same session when the answer was lost'({ confirmed, browser }) {
    await confirmed()
    const first = answered(await browser.redeem())
    const cookies = new Set(browser.cookies.values())
    const second = answered(await browser.redeem())
    same(withoutTime(second.body), withoutTime(first.body), 'the second answer')
    same([...new Set(browser.cookies.values())], [...cookies], 'the cookies')
    same(answered(await browser.read()).body.state, 'redeemed', 'the state')
  },

  async 'makes a session that is nothing the browser had before'({ confirmed, browser }) {
    const { id } = await confirmed()
    const before = [id, browser.secret, ...browser.cookies.values()]
    const reply = answered(await browser.redeem())
    const [set = ''] = reply.headers.getSetCookie()
    const value = set.split(';')[0]?.split('=')[1] ?? ''
    holds(!before.includes(value), 'the session cookie is new')
    holds(!reply.text.includes(browser.secret), "the answer does not hold the ticket's secret")
    if (set) matches(set, /httponly/i, 'the session cookie')
  },

  async 'asks for the verifier of a code_challenge, and keeps the ticket when it is wrong'({ browser, phone }) {
    answered(await browser.create({ code_challenge: pkce.challenge, code_challenge_method: 'S256' }), 201)
    await confirm(browser, phone)
    const wrong = [undefined, `${pkce.verifier}x`, pkce.challenge, pkce.verifier.toUpperCase(), 'x']
    for (const verifier of wrong) refused(await browser.redeem(verifier), 400, 'invalid_proof')
    refused(await browser.redeem('x'.repeat(10_000)), 400, 'invalid_request')
    same(answered(await browser.read()).body.state, 'confirmed', 'the state')
    answered(await browser.redeem(pkce.verifier))
    answered(await browser.redeem(pkce.verifier))
    refused(await browser.redeem(`${pkce.verifier}x`), 400, 'invalid_proof')
  },

  async 'takes no verifier where there was no code_challenge'({ confirmed, browser }) {
    await confirmed()
    refused(await browser.redeem(pkce.verifier), 400, 'invalid_proof')
    answered(await browser.redeem())
  },

  async 'gives nothing to who only saw the code'({ confirmed, stranger, phone, nobody }) {
    const { id } = await confirmed()
    answered(await stranger.browser.create(), 201)
    const path = `/tickets/${id}/redeem`
    refused(await stranger.browser.call('POST', path, { body: {} }), 404, 'not_found')
    refused(await phone.call('POST', path, { body: {} }), 404, 'not_found')
    const token = `Bearer ${phone.scanned.scan_token}`
    refused(await nobody.call('POST', path, { body: {}, headers: { authorization: token } }), 404, 'not_found')
  },

  async 'ends for good once collected'({ redeemed, browser, phone, stranger }) {
    const { qr } = await redeemed()
    refused(await stranger.phone.scan(qr.url), 410, 'already_redeemed')
    refused(await phone.scan(qr.url), 410, 'already_redeemed')
    const { body, text } = answered(await browser.read())
    same(body.state, 'redeemed', 'the state')
    holds(!text.includes(phone.user?.id ?? ''), 'a replayed poll does not tell the user')
  },

  async 'takes known fields only'({ confirmed, browser }) {
    const { id } = await confirmed()
    for (const body of [{ user: 'eve' }, { code_verifier: 1 }, { state: 'x' }, [], 'null', '', 'true', '"x"']) {
      refused(await browser.call('POST', `/tickets/${id}/redeem`, { body }), 400, 'invalid_request')
    }
    answered(await browser.redeem())
  },
} satisfies Rules

/** Needs a server whose time a test can move. */
export const deadlines = {
  async 'lets a picture of the code die within twenty seconds'({ browser, phone, pass }) {
    answered(await browser.create(), 201)
    if (!browser.ticket.qr.rotation) return
    const [first, third] = [await browser.draw(0), await browser.draw(20)]
    refused(await phone.scan(third), 422, 'stale_qr')
    await pass(19_000)
    answered(await phone.scan(first))
    await pass(1000)
    refused(await phone.scan(first), 422, 'stale_qr')
    answered(await phone.scan(third))
  },

  async 'ends a code that nobody scans, and says so'({ browser, phone, pass }) {
    const { expires_in: life = 0, version = 0 } = answered(await browser.create(), 201).body
    const last = await browser.draw(life)
    await pass(life * 1000)
    const { body } = answered(await browser.read())
    same([body.state, body.version, body.expires_in], ['expired', version + 1, 0], 'what the browser sees')
    refused(await phone.scan(last), 410, 'ticket_expired')
    refused(await browser.redeem(), 410, 'ticket_expired')
    same((await browser.cancel()).status, 204, 'cancel')
    same(answered(await browser.read()).body.state, 'expired', 'the state after cancel')
  },

  async 'wakes a browser when its code ends'({ browser, pass, patiently }) {
    const { expires_in: life = 0 } = answered(await browser.create(), 201).body
    await pass((life - 10) * 1000)
    same(answered(await patiently(browser.wait(1, 25))).body.state, 'expired', 'what the wait tells')
  },

  async 'leaves ninety seconds from the scan to read what the phone shows'({ browser, phone, pass }) {
    const { expires_in: life = 0 } = answered(await browser.create(), 201).body
    await pass((life - 1) * 1000)
    answered(await phone.scan(await browser.draw(life - 1)))
    await pass(89_000)
    answered(await phone.confirm())
  },

  async 'lets no ticket live past five minutes by scanning it again'({ browser, phone, pass }) {
    answered(await browser.create(), 201)
    for (let age = 0; age < 300; age += 60) {
      answered(await phone.scan(await browser.draw(age)))
      await pass(60_000)
    }
    refused(await phone.confirm(), 410, 'ticket_expired')
    refused(await phone.deny(), 410, 'ticket_expired')
  },

  async 'ends a sign-in that nobody collects within thirty seconds'({ confirmed, browser, phone, pass }) {
    await confirmed()
    await pass(30_000)
    refused(await browser.redeem(), 410, 'ticket_expired')
    refused(await phone.deny(), 410, 'ticket_expired')
  },

  async 'gives the session again for thirty seconds, and then no more'({ redeemed, browser, pass }) {
    await redeemed()
    await pass(29_000)
    answered(await browser.redeem())
    await pass(1000)
    refused(await browser.redeem(), 410, 'already_redeemed')
    same(answered(await browser.read()).body.state, 'redeemed', 'the state')
  },

  async 'knows a ticket for ten minutes after its end, and then no more'({ browser, pass }) {
    answered(await browser.create(), 201)
    same((await browser.cancel()).status, 204, 'cancel')
    await pass(599_000)
    same(answered(await browser.read()).body.state, 'cancelled', 'the state')
    await pass(2000)
    refused(await browser.read(), 404, 'not_found')
  },

  async 'counts down'({ browser, pass }) {
    const { expires_in: life = 0 } = answered(await browser.create(), 201).body
    await pass(15_000)
    same(answered(await browser.read()).body.expires_in, life - 15, 'expires_in')
  },

  async 'sends a comment down a stream that has nothing to tell'({ browser, patiently }) {
    answered(await browser.create(), 201)
    const events = await browser.stream()
    same((await events.next())?.name, 'ticket', 'the first event')
    same((await patiently(events.next()))?.name, 'comment', 'what comes next')
    await events.close()
  },

  async 'ends a wait after 25 seconds, whatever was asked'({ browser, phone, pass, patiently }) {
    answered(await browser.create(), 201)
    for (const seconds of [25, 26, 1e9, 'Infinity', '9'.repeat(400)]) {
      const waiting = browser.wait(1, seconds)
      await pass(25_000)
      same(answered(await patiently(waiting)).body.state, 'pending', `the answer to wait=${seconds}`)
      answered(await browser.create(), 201)
    }
    answered(await phone.scan(browser.ticket.qr.url))
  },
} satisfies Rules

/** The example of RFC 7636, appendix B. */
const pkce = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
}

async function confirm(browser: Stage['browser'], phone: Stage['phone']): Promise<void> {
  answered(await phone.scan(browser.ticket.qr.url))
  const { check_code: code } = answered(await phone.confirm()).body
  if (code !== undefined) answered(await browser.verify(code))
}

/** Without the seconds, which may have moved on between two answers. */
function withoutTime({ session, ...body }: { session?: unknown }): unknown {
  return typeof session === 'object' ? { ...body, session: { ...session, expires_in: 0 } } : { ...body, session }
}
