/** `confirm`, `deny` and `DELETE`: who may decide, and that an end is an end. */
import { answered, holds, matches, refused, same } from './claims.ts'
import type { Rules } from './stage.ts'

export const deciding = {
  async 'signs a browser in when the phone that scanned says so'({ confirmed, browser }) {
    await confirmed()
    same(answered(await browser.read()).body.state, 'confirmed', 'the state')
    answered(await browser.redeem())
  },

  async 'answers a repeated confirm as the first'({ scanned, phone }) {
    await scanned()
    const first = answered(await phone.confirm()).body
    same(answered(await phone.confirm()).body, first, 'the second answer')
  },

  async 'ends at "not me", whatever is tried afterwards'({ scanned, browser, phone }) {
    const { qr } = await scanned()
    same(answered(await phone.deny()).body, { state: 'denied' }, 'the answer to deny')
    same(answered(await phone.deny()).body, { state: 'denied' }, 'the answer to a second deny')
    refused(await phone.confirm(), 410, 'ticket_denied')
    refused(await phone.scan(qr.url), 410, 'ticket_denied')
    refused(await browser.redeem(), 410, 'ticket_denied')
    const { body } = answered(await browser.read())
    same([body.state, body.reason], ['denied', 'denied_on_phone'], 'what the browser sees')
    same((await browser.cancel()).status, 204, 'cancel afterwards')
    same(answered(await browser.read()).body.state, 'denied', 'the state after cancel')
  },

  async 'lets the phone take its "sign in" back until the browser has collected'({ confirmed, browser, phone }) {
    await confirmed()
    same(answered(await phone.deny()).body.state, 'denied', 'the answer to undo')
    refused(await browser.redeem(), 410, 'ticket_denied')
    refused(await phone.confirm(), 410, 'ticket_denied')
  },

  async 'lets nobody take back what was collected'({ redeemed, browser, phone }) {
    await redeemed()
    refused(await phone.deny(), 410, 'already_redeemed')
    refused(await browser.cancel(), 410, 'already_redeemed')
    same(answered(await browser.read()).body.state, 'redeemed', 'the state')
  },

  async 'lets the browser give up in every live state, more than once'({ newBrowser, newPhone }) {
    for (const steps of [0, 1, 2]) {
      const [browser, phone] = [newBrowser(), newPhone('Alice')]
      answered(await browser.create(), 201)
      if (steps > 0) answered(await phone.scan(browser.ticket.qr.url))
      if (steps > 1) answered(await phone.confirm())
      for (const reply of [await browser.cancel(), await browser.cancel()]) {
        same([reply.status, reply.text], [204, ''], 'the answer to cancel')
      }
      same(answered(await browser.read()).body.state, 'cancelled', 'the state')
      refused(await browser.redeem(), 410, 'ticket_cancelled')
      refused(await phone.scan(browser.ticket.qr.url), 410, 'ticket_cancelled')
      if (steps > 0)
        for (const verb of ['confirm', 'deny'] as const) refused(await phone[verb](), 410, 'ticket_cancelled')
    }
  },

  async 'lets no phone decide without the token of its scan'({ scanned, phone, stranger }) {
    const { id } = await scanned()
    answered(await stranger.browser.create(), 201)
    answered(await stranger.phone.scan(stranger.browser.ticket.qr.url))
    const others = [
      stranger.phone.scanned.scan_token,
      'x',
      'A'.repeat(43),
      `${phone.scanned.scan_token}\n`,
      '漢'.repeat(43),
    ]
    for (const verb of ['confirm', 'deny']) {
      for (const scan_token of others) {
        const reply = await phone.call('POST', `/tickets/${id}/${verb}`, { body: { scan_token } })
        refused(reply, 404, 'not_found')
      }
      for (const body of [{}, { scan_token: '' }, { scan_token: 1 }, { scan_token: [phone.scanned.scan_token] }]) {
        refused(await phone.call('POST', `/tickets/${id}/${verb}`, { body }), 400, 'invalid_request')
      }
    }
    answered(await phone.confirm())
  },

  async 'lets no browser decide, not even with its secret'({ scanned, browser, phone, nobody }) {
    const { id } = await scanned()
    for (const verb of ['confirm', 'deny']) {
      const body = { scan_token: browser.secret }
      const reply = await browser.call('POST', `/tickets/${id}/${verb}`, { body })
      holds([401, 403, 404].includes(reply.status), `the browser's ${verb} is refused`)
      const stolen = { body: { scan_token: phone.scanned.scan_token } }
      const bare = await nobody.call('POST', `/tickets/${id}/${verb}`, stolen)
      holds([401, 403].includes(bare.status), `a ${verb} without credentials is refused`)
    }
    same(answered(await browser.read()).body.state, 'scanned', 'the state')
  },

  async 'keeps every step of one ticket from the others'({ scanned, phone, stranger }) {
    await scanned()
    answered(await stranger.browser.create(), 201)
    const path = `/tickets/${stranger.browser.ticket.id}/confirm`
    refused(await phone.call('POST', path, { body: { scan_token: phone.scanned.scan_token } }), 404, 'not_found')
    same(answered(await stranger.browser.read()).body.state, 'pending', "the stranger's state")
  },
} satisfies Rules

/** Needs a server that asks for check codes. */
export const checkCodes = {
  async 'asks the browser for the digits that the phone shows'({ scanned, browser, phone }) {
    await scanned()
    same(phone.scanned.require.check_code, true, 'that the phone is told of a check code')
    const { body } = answered(await phone.confirm())
    matches(body.check_code, /^\d{4,8}$/, 'the check code')
    same(body.state, 'verifying', 'the state')
    const digits = body.check_code?.length
    same(answered(await browser.read()).body.check_code, { digits, attempts_left: 3 }, 'what the browser is told')
    refused(await browser.redeem(), 409, 'wrong_state')
    same(answered(await browser.verify(body.check_code ?? '')).body.state, 'confirmed', 'the state')
    same(answered(await browser.verify(body.check_code ?? '')).body.state, 'confirmed', 'the state, repeated')
    answered(await browser.redeem())
  },

  async 'takes the digits with the spaces a person types'({ scanned, browser, phone }) {
    await scanned()
    const { check_code: code = '' } = answered(await phone.confirm()).body
    answered(await browser.verify(` ${code.slice(0, 2)} ${code.slice(2)} `))
  },

  async 'shows the same digits when confirm is repeated'({ scanned, phone }) {
    await scanned()
    const { body } = answered(await phone.confirm())
    same(answered(await phone.confirm()).body, body, 'the second answer')
  },

  async 'denies the ticket at the third wrong code'({ scanned, browser, phone }) {
    await scanned()
    const { check_code: code = '' } = answered(await phone.confirm()).body
    for (const left of [2, 1, 0]) {
      const reply = refused(await browser.verify(other(code)), 400, 'check_code_mismatch')
      same(reply.body.attempts_left, left, 'the tries that are left')
    }
    refused(await browser.verify(code), 410, 'ticket_denied')
    refused(await browser.redeem(), 410, 'ticket_denied')
    refused(await phone.confirm(), 410, 'ticket_denied')
    const { body } = answered(await browser.read())
    same([body.state, body.reason], ['denied', 'check_code'], 'what the browser sees')
  },

  async 'counts tries that are sent at once'({ scanned, browser, phone }) {
    await scanned()
    const { check_code: code = '' } = answered(await phone.confirm()).body
    const tries = await Promise.all(Array.from({ length: 20 }, () => browser.verify(other(code))))
    same(tries.filter(({ status }) => status === 400).length, 3, 'wrong codes that were compared')
    same(answered(await browser.read()).body.state, 'denied', 'the state')
  },

  async 'counts no try of a stranger'({ scanned, browser, phone, stranger }) {
    const { id } = await scanned()
    const { check_code: code = '' } = answered(await phone.confirm()).body
    for (let i = 0; i < 5; i++) {
      const reply = await stranger.browser.call('POST', `/tickets/${id}/verify`, { body: { check_code: other(code) } })
      refused(reply, 404, 'not_found')
    }
    answered(await browser.verify(code))
  },

  async 'takes codes that are text only'({ scanned, browser, phone }) {
    const { id } = await scanned()
    const { check_code: code = '' } = answered(await phone.confirm()).body
    for (const check_code of [Number(code), [code], { code }, null, '', 'x'.repeat(10_000)]) {
      refused(await browser.call('POST', `/tickets/${id}/verify`, { body: { check_code } }), 400, 'invalid_request')
    }
    answered(await browser.verify(code))
  },

  async 'lets the phone undo while the browser still types'({ scanned, browser, phone }) {
    await scanned()
    const { check_code: code = '' } = answered(await phone.confirm()).body
    answered(await phone.deny())
    refused(await browser.verify(code), 410, 'ticket_denied')
  },
} satisfies Rules

/** Needs a server that asks for none. */
export const noCheckCodes = {
  async 'confirms at once'({ scanned, phone }) {
    await scanned()
    same(phone.scanned.require.check_code, false, 'that the phone is told of a check code')
    same(answered(await phone.confirm()).body, { state: 'confirmed' }, 'the answer to confirm')
  },

  async 'has no use for a check code'({ scanned, browser }) {
    await scanned()
    refused(await browser.verify('0000'), 409, 'wrong_state')
  },
} satisfies Rules

function other(code: string): string {
  return [...code].map(digit => (digit === '9' ? '0' : Number(digit) + 1)).join('')
}
