/** Who has no part in a ticket: each call of the browser, without its secret and with another browser's. */
import type { CallOptions, ScriptedBrowser } from 'scanlogin/testing'
import { type Check, fail, warn } from '../../check.ts'

export const unboundTicket: Check = {
  id: 'unbound-ticket',
  title: 'Nobody without its secret can read, follow, check, collect or cancel a waiting ticket',
  reference: 'F1, T1',
  advice:
    'Ask for the secret of the browser that created the ticket on every call, polls included, and answer everybody ' +
    'else 404 as for an id that does not exist. Whoever sees the QR code has the id.',
  async *play(scene) {
    const owner = await scene.open()
    const stranger = await scene.open()
    for (const { who, headers } of proofs(owner, stranger)) {
      for (const { call, method, rest, body, accept } of browserCalls) {
        const options: CallOptions = {
          headers: { origin: scene.origin, ...headers, ...(accept && { accept }) },
          ...(body && { body }),
        }
        const reply = await scene.call(method, `/tickets/${owner.ticket.id}${rest}`, options)
        if (reply.status < 400) yield fail(`${call} with ${who} is answered ${reply.status}`, reply)
        else if (reply.status !== 404) yield warn(`${call} with ${who} is answered ${reply.status}, not 404`, reply)
      }
      const address = `${scene.url}/tickets/${owner.ticket.id}/socket`
      if ((await scene.wire.upgrade(address, headers)) === 101) yield fail(`a WebSocket opens with ${who}`)
    }
    const { body, ...reply } = await owner.read()
    if (body.state !== 'pending')
      yield fail(`after that the ticket is ${body.state}, where nobody with a right to it did anything`, reply)
  },
}

export const unboundSignIn: Check = {
  id: 'unbound-sign-in',
  title: 'A sign-in that the phone has confirmed is collected by the browser that began it, and by nobody else',
  reference: 'F1, T1',
  advice:
    'Compare the secret before the state, on redeem above all: a confirmed ticket is worth an account, and its id is ' +
    'on the screen.',
  needs: 'phone',
  async *play(scene) {
    const stranger = await scene.open()
    const { browser, phone } = await scene.confirmed()
    const path = `/tickets/${browser.ticket.id}/redeem`
    const others = [
      ...proofs(browser, stranger),
      { who: 'the scan token of the phone', headers: bearer(phone.scanned.scan_token) },
    ]
    for (const { who, headers } of others) {
      const reply = await scene.call('POST', path, { body: {}, headers: { origin: scene.origin, ...headers } })
      if (reply.status < 400) yield fail(`redeem with ${who} is answered ${reply.status}`, reply)
    }
    const withKey = await phone.call('POST', path, { body: {} })
    if (withKey.status < 400) yield fail(`redeem with the API key is answered ${withKey.status}`, withKey)
    const own = await browser.redeem()
    if (own.status !== 200) yield fail(`after that the browser that began it is answered ${own.status}`, own)
  },
}

export const unboundDecision: Check = {
  id: 'unbound-decision',
  title: 'Only the phone that scanned can confirm',
  reference: 'T9',
  advice:
    'Give the phone a random token at the scan, ask for it at confirm and deny, and compare it with the one of this very ' +
    'ticket. The id is on the screen and is no proof.',
  needs: 'phone',
  async *play(scene) {
    const other = await scene.scanned()
    const { browser, phone } = await scene.scanned()
    const { id, user_code: userCode } = browser.ticket
    const tokens = [
      ['an invented scan token', 'A'.repeat(phone.scanned.scan_token.length)],
      ["another ticket's scan token", other.phone.scanned.scan_token],
      ['the id', id],
      ['the user code', userCode],
    ] as const
    for (const [what, token] of tokens) {
      const reply = await phone.call('POST', `/tickets/${id}/confirm`, { body: { scan_token: token } })
      if (reply.status < 400)
        yield fail(`confirm with ${what} in place of the scan token is answered ${reply.status}`, reply)
    }
    for (const body of [{}, { scan_token: null }, { scan_token: '' }]) {
      const reply = await phone.call('POST', `/tickets/${id}/confirm`, { body })
      if (reply.status < 400) yield fail(`confirm without a scan token is answered ${reply.status}`, reply)
    }
    const { body, ...reply } = await browser.read()
    if (body.state !== 'scanned') yield fail(`after that the ticket is ${body.state}`, reply)
  },
}

interface Proof {
  readonly who: string
  readonly headers: Readonly<Record<string, string>>
}

function proofs(owner: ScriptedBrowser, stranger: ScriptedBrowser): Proof[] {
  const prefix = owner.ticket.id.slice(0, 8)
  const { secret } = stranger
  const cookie = `__Host-scanlogin-${prefix}=${secret}; scanlogin-${prefix}=${secret}`
  return [
    { who: 'no secret', headers: {} },
    { who: "another browser's secret", headers: bearer(secret) },
    { who: "another browser's cookie", headers: { cookie } },
    { who: 'an invented secret', headers: bearer('A'.repeat(43)) },
  ]
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

interface BrowserCall {
  readonly call: string
  readonly method: string
  readonly rest: string
  readonly body?: object
  readonly accept?: string
}

/** Cancelling comes last: after it there is nothing left to try. */
const browserCalls: readonly BrowserCall[] = [
  { call: 'a poll', method: 'GET', rest: '' },
  { call: 'a long poll', method: 'GET', rest: '?since=0&wait=1' },
  { call: 'a stream', method: 'GET', rest: '', accept: 'text/event-stream' },
  { call: 'verify', method: 'POST', rest: '/verify', body: { check_code: '0000' } },
  { call: 'redeem', method: 'POST', rest: '/redeem', body: {} },
  { call: 'cancel', method: 'DELETE', rest: '' },
]
