/** `POST scan`: who may bind a ticket, with which code, and what the phone is told. */
import { answered, holds, matches, refused, same } from './claims.ts'
import type { Rules } from './stage.ts'

export const scanning = {
  async 'tells the phone what asks, and gives it a token of its own'({ browser, phone }) {
    answered(await browser.create(), 201)
    const { body, text } = answered(await phone.scan(await browser.draw()))
    same([body.ticket?.id, body.ticket?.state], [browser.ticket.id, 'scanned'], 'the ticket')
    holds((body.ticket?.expires_in ?? 0) >= 89 && (body.ticket?.expires_in ?? 0) <= 300, 'there is time to read')
    matches(body.scan_token, /^[\w-]{43}$/, 'the scan token')
    const { observed, claimed, client } = body.context ?? {}
    same(Object.keys(claimed ?? {}).sort(), ['browser', 'os'], 'what is claimed')
    same([typeof observed?.time, typeof observed?.known_browser], ['number', 'boolean'], 'what is observed')
    same([typeof client?.name, typeof client?.origin], ['string', 'string'], 'the client')
    same(typeof body.require?.check_code, 'boolean', 'whether a check code comes')
    holds(!text.includes(browser.secret), "the phone does not learn the browser's secret")
  },

  async 'never tells the browser the scan token'({ browser, phone }) {
    answered(await browser.create(), 201)
    answered(await phone.scan(browser.ticket.qr.url))
    const { scan_token: token } = phone.scanned
    holds(!(await browser.read()).text.includes(token), 'a poll does not hold the scan token')
    await phone.confirm()
    holds(!(await browser.read()).text.includes(token), 'a poll after confirm does not hold the scan token')
  },

  async 'never repeats a word of the browser to the phone'({ newBrowser, phone }) {
    const agent = 'Mozilla/5.0 <b>Bank</b> Firefox/130 your-bank.example is safe'
    const browser = newBrowser({ headers: { 'user-agent': agent } })
    answered(await browser.create(), 201)
    const { text, body } = answered(await phone.scan(browser.ticket.qr.url))
    same(body.context?.claimed, { browser: 'Firefox', os: 'unknown' }, 'what is claimed')
    holds(!/bank|130|safe/i.test(text), 'nothing else of the user agent is told')
  },

  async 'takes the code of the screen as typed by a person'({ browser, phone, newPhone }) {
    answered(await browser.create(), 201)
    const code = browser.ticket.user_code
    answered(await phone.type(code))
    answered(await phone.type(code.toLowerCase()))
    answered(await phone.type(` ${code.replace('-', ' - ')} `))
    answered(await phone.type([...code.replace('-', '')].join(' ')))
    refused(await newPhone('Bob').type(code), 409, 'already_scanned')
  },

  async 'takes what stands behind the # as well as the whole address'({ browser, phone }) {
    answered(await browser.create(), 201)
    answered(await phone.scan((await browser.draw()).split('#')[1] ?? ''))
  },

  async 'binds the first who scans; the browser hears that another tried'({ browser, phone, stranger }) {
    answered(await browser.create(), 201)
    same(browser.ticket.contended ?? false, false, 'contended at first')
    answered(await phone.scan(browser.ticket.qr.url))
    const heard = browser.wait(2, 25)
    refused(await stranger.phone.scan(browser.ticket.qr.url), 409, 'already_scanned')
    const { body } = answered(await heard)
    same([body.state, body.contended], ['scanned', true], 'what the browser hears')
    refused(await stranger.phone.scan(browser.ticket.qr.url), 409, 'already_scanned')
    same(answered(await browser.read()).body.version, body.version, 'the version after a third try')
    answered(await phone.confirm())
  },

  async 'ends the first scan token when the same user scans again'({ browser, phone }) {
    answered(await browser.create(), 201)
    const before = answered(await phone.scan(browser.ticket.qr.url)).body.scan_token
    const after = answered(await phone.scan(browser.ticket.qr.url)).body.scan_token
    holds(before !== after, 'the tokens differ')
    const path = `/tickets/${browser.ticket.id}/confirm`
    refused(await phone.call('POST', path, { body: { scan_token: before } }), 404, 'not_found')
    answered(await phone.confirm())
  },

  async 'takes no code that was altered'({ browser, phone }) {
    answered(await browser.create(), 201)
    const qr = await browser.draw()
    const [id = '', step = '0', mac = ''] = (qr.split('#')[1] ?? '').split('.')
    if (!browser.ticket.qr.rotation) return
    const last = mac.endsWith('0') ? '1' : '0'
    for (const altered of [`${id}.${step}.${mac.slice(0, 9)}${last}`, `${id}.1.${mac}`, id, `${id}.0.0000000000`]) {
      refused(await phone.scan(altered), 422, 'stale_qr')
    }
    same(answered(await browser.read()).body.state, 'pending', 'the state')
  },

  async 'takes no code that only resembles one of its own'({ browser, phone }) {
    answered(await browser.create(), 201)
    const qr = await browser.draw()
    const [address = '', fragment = ''] = qr.split('#')
    const { host } = new URL(address)
    for (const strange of [
      qr.replace(host, 'evil.example'),
      qr.replace(host, `${host}.evil.example`),
      qr.replace('//', `//${host}@evil.example/`),
      qr.replace(/^\w+:/, 'javascript:'),
      `${address}?next=evil#${fragment}`,
      `${address}/../s2#${fragment}`,
      `${qr}\n`,
      ` ${qr}`,
      `${qr}.1`,
      `${address}#${fragment.toLowerCase()}`,
      ...(browser.ticket.qr.rotation ? ['.00.', '.-1.', '.1e3.', '.０.'].map(step => qr.replace('.0.', step)) : []),
      fragment.replace(/\d/, digit => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).replace(/^[A-Z]/, 'Ａ'),
      'weixin://wxpay/bizpayurl?pr=abc',
      'x'.repeat(4296),
      '',
    ]) {
      refused(await phone.scan(strange), 400, 'invalid_request')
    }
    same(answered(await browser.read()).body.state, 'pending', 'the state')
  },

  async 'knows no ticket that was never created'({ phone }) {
    refused(await phone.scan('0123456789ABCDEFGHJKMNPQRS.0.0123456789'), 404, 'not_found')
    refused(await phone.type('BCDF-GHJK'), 404, 'not_found')
  },

  async 'stops a user who guesses codes after five tries, and nobody else'({ browser, phone, stranger }) {
    answered(await browser.create(), 201)
    for (const guess of ['BCDF-GHJK', 'x', '', '0O0O-0O0O', 'ＢＣＤＦ-ＧＨＪＫ', 'BCDFGHJKL', 'BCDF-GHJL']) {
      const { status } = await stranger.phone.type(guess)
      holds([404, 400, 429].includes(status), 'a guess is refused')
    }
    const reply = refused(await stranger.phone.type(browser.ticket.user_code), 429, 'rate_limited')
    matches(reply.headers.get('retry-after'), /^[1-9]\d*$/, 'Retry-After')
    answered(await phone.type(browser.ticket.user_code))
  },

  async 'stops a user who sends many guesses at once'({ stranger }) {
    const guesses = Array.from({ length: 30 }, () => stranger.phone.type('BCDF-GHJK'))
    const looked = (await Promise.all(guesses)).filter(({ status }) => status === 404)
    holds(looked.length <= 5, `at most five of thirty guesses are looked at, not ${looked.length}`)
  },

  async 'takes one code at a time'({ browser, phone }) {
    answered(await browser.create(), 201)
    const { user, ticket } = { user: phone.user, ticket: browser.ticket }
    for (const body of [{ user }, { user, qr: ticket.qr.url, user_code: ticket.user_code }]) {
      refused(await phone.call('POST', '/scan', { body }), 400, 'invalid_request')
    }
  },

  async 'takes the user from nobody but a back end with a key'({ browser, phone, nobody }) {
    answered(await browser.create(), 201)
    const body = { qr: browser.ticket.qr.url, user: phone.user }
    for (const authorization of [
      '',
      'Bearer x',
      'Basic eDp4',
      `Bearer ${'x'.repeat(64)}`,
      `Bearer ${browser.secret}`,
    ]) {
      const headers: Record<string, string> = authorization ? { authorization } : {}
      const reply = await nobody.call('POST', '/scan', { body, headers })
      holds([400, 401, 403].includes(reply.status), `a scan with "${authorization.slice(0, 12)}" is refused`)
    }
    for (const field of ['sub', 'phone', 'openid', 'user_id', 'uid', 'token']) {
      const extra = { ...body, [field]: 'alice' }
      refused(await phone.call('POST', '/scan', { body: extra }), 400, 'invalid_request')
    }
    same(answered(await browser.read()).body.state, 'pending', 'the state')
  },

  async 'asks for credentials before anything else'({ browser, nobody }) {
    answered(await browser.create(), 201)
    const headers = { authorization: `Bearer ${'0'.repeat(40)}` }
    for (const body of [{ qr: browser.ticket.qr.url }, { qr: 'x' }, { user: { id: 'alice' } }, 'not JSON']) {
      refused(await nobody.call('POST', '/scan', { body, headers }), 401, 'unauthenticated')
    }
  },

  async 'takes a user with an id of 1 to 255 characters'({ browser, phone }) {
    answered(await browser.create(), 201)
    const qr = browser.ticket.qr.url
    const ids = ['', 'x'.repeat(256), 1, null, [], {}, true, 'a\u0000b', 'a\nb', 'a\u202eb', 'a\ud800b', 'a\u200db']
    for (const user of [...ids.map(id => ({ id })), {}, [], 'alice', null, { id: 'a', admin: true }]) {
      refused(await phone.call('POST', '/scan', { body: { qr, user } }), 400, 'invalid_request')
    }
    same(answered(await browser.read()).body.state, 'pending', 'the state')
  },
} satisfies Rules
