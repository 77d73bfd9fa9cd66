/** `POST tickets`: what a browser is given, and what it is not. */
import { answered, holds, matches, refused, same } from './claims.ts'
import type { Rules } from './stage.ts'

export const creating = {
  async 'gives a browser a pending ticket and a code to show'({ browser }) {
    const { body } = answered(await browser.create(), 201)
    matches(body.id, /^[0-9A-HJKMNP-TV-Z]{26}$/, 'the id')
    same([body.state, body.version], ['pending', 1], 'state and version')
    holds(within(body.expires_in, 59, 300), 'a ticket lives for 60 to 300 seconds')
    holds(within(body.poll_after, 0.5, 5), 'poll_after starts near one second')
    matches(body.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/, 'the user code')
    same(body.check_code, undefined, 'a check code on a new ticket')
  },

  async 'keeps what the QR code says behind the #'({ browser }) {
    const { body } = answered(await browser.create(), 201)
    const { protocol, search, hash } = new URL(body.qr?.url ?? '')
    matches(protocol, /^https?:$/, 'the scheme')
    same(search, '', 'a query in the QR code')
    const mac = body.qr?.rotation ? '\\.0\\.[0-9A-HJKMNP-TV-Z]{10}' : ''
    matches(hash, new RegExp(`^#${body.id}${mac}$`), 'the fragment')
    holds(!body.qr?.url.includes(browser.secret), 'the QR code does not hold the secret')
  },

  async 'signs the steps of the code with the key it gives the browser'({ browser }) {
    answered(await browser.create(), 201)
    const { qr } = browser.ticket
    if (qr.rotation) same(qr.rotation.step_seconds, 10, 'seconds of a step')
    same(await browser.draw(0), qr.url, 'the code of step 0')
  },

  async 'gives the secret in the body where that is asked for, and then in no cookie'({ newBrowser }) {
    const browser = newBrowser({ proof: 'bearer' })
    const reply = answered(await browser.create(), 201)
    matches(reply.body.secret, /^[\w-]{43}$/, 'the secret')
    same(reply.headers.getSetCookie(), [], 'cookies')
    same((await browser.read()).status, 200, 'reading with the secret')
  },

  async 'makes every id and every secret anew'({ newBrowser }) {
    const browsers = Array.from({ length: 20 }, () => newBrowser({ proof: 'bearer' }))
    await Promise.all(browsers.map(browser => browser.create()))
    const made = browsers.flatMap(({ ticket, secret }) => [ticket.id, secret, ticket.user_code])
    same(new Set(made).size, 60, 'different ids, secrets and user codes of 20 tickets')
  },

  async 'takes no id, secret, state or other field that it does not know'({ browser }) {
    const fields = ['id', 'secret', 'state', 'user', 'ticket_id', 'qr', 'ttl', '__proto__', 'constructor']
    for (const field of fields) {
      refused(await browser.create(JSON.parse(`{"${field}": "01234567890123456789012345"}`)), 400, 'invalid_request')
    }
  },

  async 'takes no client and no return address that is on no list'({ browser }) {
    for (const client_id of ['nobody', '__proto__', 'constructor', '']) {
      refused(await browser.create({ client_id }), 400, 'invalid_request')
    }
    for (const return_to of foreignAddresses) {
      refused(await browser.create({ return_to }), 400, 'invalid_request')
    }
  },

  async 'takes a code_challenge with S256 only'({ browser }) {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    answered(await browser.create({ code_challenge: challenge, code_challenge_method: 'S256' }), 201)
    for (const body of [
      { code_challenge: challenge },
      { code_challenge_method: 'S256' },
      { code_challenge: challenge, code_challenge_method: 'plain' },
      { code_challenge: challenge.slice(1), code_challenge_method: 'S256' },
      { code_challenge: `${challenge}=`, code_challenge_method: 'S256' },
      { code_challenge: 'x'.repeat(10_000), code_challenge_method: 'S256' },
    ]) {
      refused(await browser.create(body), 400, 'invalid_request')
    }
  },

  async 'takes fields of the right kind only'({ browser }) {
    for (const value of [null, 1, true, {}, [], ['cookie'], '', 'x'.repeat(3000)]) {
      for (const field of ['client_id', 'return_to', 'secret_in', 'code_challenge']) {
        refused(await browser.create({ [field]: value }), 400, 'invalid_request')
      }
    }
    refused(await browser.create({ secret_in: 'url' }), 400, 'invalid_request')
  },
} satisfies Rules

/** For servers that give browsers a cookie, as `proof: 'cookie'` says. */
export const secretCookies = {
  async 'gives the secret as a cookie that scripts cannot read and other sites cannot send'({ browser, server }) {
    const reply = answered(await browser.create(), 201)
    const [cookie = '', ...more] = reply.headers.getSetCookie()
    same(more, [], 'further cookies')
    const [pair = '', ...attributes] = cookie.split(/;\s*/).map((part, index) => (index ? part.toLowerCase() : part))
    const https = new URL(server.origin ?? server.url).protocol === 'https:'
    const name = `${https ? '__Host-' : ''}scanlogin-${reply.body.id?.slice(0, 8)}`
    matches(pair, new RegExp(`^${name}=[\\w-]{43}$`), 'the cookie')
    for (const wanted of ['path=/', 'httponly', ...(https ? ['secure'] : [])]) {
      holds(attributes.includes(wanted), `the cookie says ${wanted}`)
    }
    holds(/^samesite=(lax|strict)$/m.test(attributes.join('\n')), 'the cookie says SameSite')
    holds(!attributes.some(attribute => attribute.startsWith('domain=')), 'the cookie is for this host alone')
    holds(!reply.text.includes(pair.split('=')[1] ?? ''), 'the body does not hold the secret')
  },

  async 'tells two sign-ins of one browser apart'({ browser }) {
    const first = answered(await browser.create(), 201).body
    const second = answered(await browser.create(), 201).body
    for (const { id } of [first, second]) {
      same((await browser.call<{ id: string }>('GET', `/tickets/${id}`)).body.id, id, 'the ticket')
    }
  },
} satisfies Rules

/** Needs a server with a return address on its list. */
export const returnAddresses = {
  async 'sends a browser to an address on the list, to the letter'({ browser, phone, server }) {
    const returnTo = server.returnTo ?? ''
    answered(await browser.create({ return_to: returnTo }), 201)
    answered(await phone.scan(browser.ticket.qr.url))
    const { check_code: code } = answered(await phone.confirm()).body
    if (code !== undefined) answered(await browser.verify(code))
    same(answered(await browser.redeem()).body.return_to, returnTo, 'the address after redeem')
  },

  async 'takes nothing that only resembles an address on the list'({ browser, server }) {
    const returnTo = server.returnTo ?? ''
    const { origin, host, protocol, pathname } = new URL(returnTo)
    for (const return_to of [
      `${returnTo}/`,
      `${returnTo}?next=1`,
      `${returnTo}#fragment`,
      `${returnTo}.evil.example`,
      `${returnTo}\n`,
      ` ${returnTo}`,
      returnTo.toUpperCase(),
      `${origin}//evil.example${pathname}`,
      `${origin}@evil.example${pathname}`,
      `${protocol}//evil.example@${host}${pathname}`,
      `${protocol}//${host}:444${pathname}`,
      `${protocol}//${host}.evil.example${pathname}`,
      `${protocol}//evil-${host}${pathname}`,
      `${protocol}\\\\${host}${pathname}`,
      `${protocol}${host}${pathname}`,
      pathname,
    ]) {
      refused(await browser.create({ return_to }), 400, 'invalid_request')
    }
  },
} satisfies Rules

const foreignAddresses = [
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  'https:evil.example',
  '\\\\evil.example',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'https://xn--80ak6aa92e.example/',
  'https://evil.example/\r\nSet-Cookie: a=b',
  'x'.repeat(10_000),
]

function within(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most
}
