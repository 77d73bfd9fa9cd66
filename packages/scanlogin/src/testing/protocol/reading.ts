/** `GET tickets/{id}`: short poll, long poll and event stream read one resource. */
import type { TicketResource } from '../../http/wire.ts'
import type { Reply } from '../caller.ts'
import { answered, holds, matches, refused, same } from './claims.ts'
import type { Rules, Stage } from './stage.ts'

export const polling = {
  async 'tells the state, with an ETag that saves a second telling'({ browser, phone }) {
    answered(await browser.create(), 201)
    const etag = answered(await browser.read()).headers.get('etag') ?? ''
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const reply = await browser.read({ headers: { 'if-none-match': known } })
      same([reply.status, reply.text, reply.headers.get('etag')], [304, '', etag], `the answer to ${known}`)
    }
    answered(await phone.scan(browser.ticket.qr.url))
    const changed = answered(await browser.read({ headers: { 'if-none-match': etag } }))
    same(
      [changed.body.state, changed.headers.get('etag') === etag],
      ['scanned', false],
      'state, and the ETag of before',
    )
  },

  async 'raises the version by one with every change, and with nothing else'({ browser, phone }) {
    const versionIs = async (version: number) =>
      same(answered(await browser.read()).body.version, version, 'the version')
    answered(await browser.create(), 201)
    await versionIs(1)
    answered(await phone.scan(browser.ticket.qr.url))
    await versionIs(2)
    const { check_code: code } = answered(await phone.confirm()).body
    await versionIs(3)
    if (code !== undefined) answered(await browser.verify(code))
    const confirmed = code === undefined ? 3 : 4
    answered(await phone.confirm())
    await versionIs(confirmed)
    answered(await browser.redeem())
    answered(await browser.redeem())
    refused(await phone.deny(), 410, 'already_redeemed')
    await versionIs(confirmed + 1)
  },

  async 'says no more than the protocol allows in any state'({ browser, phone, stranger }) {
    answered(await browser.create(), 201)
    await review(browser.read(), 'pending', phone.user)
    answered(await phone.scan(browser.ticket.qr.url))
    refused(await stranger.phone.scan(browser.ticket.qr.url), 409, 'already_scanned')
    await review(browser.read(), 'scanned', phone.user)
    const { check_code: code } = answered(await phone.confirm()).body
    if (code !== undefined) {
      await review(browser.read(), 'verifying', phone.user)
      answered(await browser.verify(code))
    }
    await review(browser.read(), 'confirmed', phone.user)
    answered(await browser.redeem())
    await review(browser.read(), 'redeemed', phone.user)
  },

  async 'signs nobody in by a GET, however often'({ browser, confirmed }) {
    await confirmed()
    const cookies = [...browser.cookies]
    for (const query of ['', '?wait=0', '?since=0&wait=1', '?state=redeemed', '?code_verifier=x&redeem=1']) {
      const reply = await browser.call<TicketResource>('GET', `/tickets/${browser.ticket.id}${query}`)
      same(answered(reply).body.state, 'confirmed', `the state after ${query}`)
      same(reply.headers.getSetCookie(), [], 'cookies that are set')
    }
    same([...browser.cookies], cookies, 'the cookies')
  },

  async 'says in every live state when to ask again, and how long there is'({ browser, phone }) {
    answered(await browser.create(), 201)
    const replies = [await browser.read()]
    await phone.scan(browser.ticket.qr.url)
    replies.push(await browser.read())
    await phone.confirm()
    replies.push(await browser.read())
    for (const { body } of replies) {
      holds((body.poll_after ?? 0) > 0.3 && (body.poll_after ?? 0) <= 10, `poll_after is usable in ${body.state}`)
      holds((body.expires_in ?? 0) > 0 && (body.expires_in ?? 0) <= 300, `expires_in is told in ${body.state}`)
    }
  },
} satisfies Rules

export const waiting = {
  async 'answers a long poll at once where it knows more than the browser'({ browser }) {
    answered(await browser.create(), 201)
    same(answered(await browser.wait(0, 25)).body.version, 1, 'the version')
  },

  async 'answers a long poll when the phone scans, confirms and denies'({ browser, phone }) {
    answered(await browser.create(), 201)
    const scanned = browser.wait(1, 25)
    answered(await phone.scan(browser.ticket.qr.url))
    const { body } = answered(await scanned)
    same([body.state, body.version], ['scanned', 2], 'what the first wait tells')
    const confirmed = browser.wait(2, 25)
    answered(await phone.confirm())
    const version = answered(await confirmed).body.version
    same(version, 3, 'what the second wait tells')
    const denied = browser.wait(3, 25)
    answered(await phone.deny())
    same(answered(await denied).body.state, 'denied', 'what the third wait tells')
  },

  async 'answers all who wait for one ticket'({ browser, phone }) {
    answered(await browser.create(), 201)
    const waits = Array.from({ length: 20 }, () => browser.wait(1, 25))
    answered(await phone.scan(browser.ticket.qr.url))
    for (const reply of await Promise.all(waits)) same(reply.body.state, 'scanned', 'what a wait tells')
  },

  async 'answers a long poll unchanged when its wait is over'({ browser, patiently }) {
    answered(await browser.create(), 201)
    const { body } = answered(await patiently(browser.wait(1, 1)))
    same([body.state, body.version], ['pending', 1], 'what the wait tells')
  },

  async 'answers a long poll at once in a final state'({ browser }) {
    answered(await browser.create(), 201)
    same((await browser.cancel()).status, 204, 'cancel')
    same(answered(await browser.wait(99, 25)).body.state, 'cancelled', 'the state')
  },

  async 'wakes a browser that claims to know the future'({ browser, phone, pass }) {
    answered(await browser.create(), 201)
    const waits = Promise.all([1000, 1e9, Number.MAX_SAFE_INTEGER, '1e400'].map(since => browser.wait(since, 25)))
    let told = false
    waits.then(() => {
      told = true
    })
    // Again and again, because a wait may begin only after the first of these changes.
    for (let rounds = 0; !told && rounds < 20; rounds++) {
      answered(await phone.scan(browser.ticket.qr.url))
      await pass(100)
    }
    holds(told, 'a wait is answered when something changes')
    for (const reply of await waits) same(reply.body.state, 'scanned', 'what the wait tells')
  },

  async 'takes a wait that is no number of seconds as none'({ browser }) {
    answered(await browser.create(), 201)
    for (const seconds of ['', '-1', 'NaN', 'x', '-Infinity', '__proto__', '%00', '25s']) {
      same(answered(await browser.wait(1, seconds)).body.version, 1, `the answer to wait=${seconds}`)
    }
  },

  async 'ends a wait at the first of two that are given, or at 25 seconds'({ browser, patiently }) {
    answered(await browser.create(), 201)
    const path = `/tickets/${browser.ticket.id}?since=1&wait=0&wait=25`
    answered(await browser.call('GET', path))
    const since = answered(await patiently(browser.wait('x', 1))).body.version
    same(since, 1, 'the answer to since=x')
  },
} satisfies Rules

export const streaming = {
  async 'streams the ticket as it is, then every change, and ends after the last'({ browser, phone }) {
    answered(await browser.create(), 201)
    const events = await browser.stream()
    same(events.status, 200, 'the status')
    matches(events.headers.get('content-type'), /^text\/event-stream/, 'the content type')
    same(events.headers.get('x-accel-buffering'), 'no', 'the header that keeps proxies from collecting')
    const first = await events.next()
    same([first?.name, first?.id, first?.ticket.state], ['ticket', '1', 'pending'], 'the first event')
    answered(await phone.scan(browser.ticket.qr.url))
    const second = await events.next()
    same([second?.name, second?.id, second?.ticket.state], ['ticket', '2', 'scanned'], 'the second event')
    answered(await phone.deny())
    const third = await events.next()
    same([third?.id, third?.ticket.state, third?.ticket.reason], ['3', 'denied', 'denied_on_phone'], 'the third event')
    same(await events.next(), undefined, 'an event after the end')
  },

  async 'streams from where a browser left off'({ browser, phone }) {
    answered(await browser.create(), 201)
    answered(await phone.scan(browser.ticket.qr.url))
    const events = await browser.stream({ headers: { 'last-event-id': '1' } })
    same((await events.next())?.ticket.state, 'scanned', 'what was missed')
    await events.close()
  },

  async 'streams to a browser that claims to know the future'({ browser, phone }) {
    answered(await browser.create(), 201)
    const events = await browser.stream({ headers: { 'last-event-id': '99999' } })
    answered(await phone.scan(browser.ticket.qr.url))
    answered(await phone.deny())
    let last = await events.next()
    for (let event: typeof last = last; event; event = await events.next()) last = event
    same(last?.ticket.state, 'denied', 'the last event')
  },

  async 'streams nothing to a stranger'({ browser, stranger }) {
    answered(await browser.create(), 201)
    answered(await stranger.browser.create(), 201)
    const path = `/tickets/${browser.ticket.id}`
    const reply = await stranger.browser.call('GET', path, { headers: { accept: 'text/event-stream' } })
    refused(reply, 404, 'not_found')
  },
} satisfies Rules

type Person = Stage['phone']['user']

async function review(reading: Promise<Reply<TicketResource>>, state: string, user: Person): Promise<void> {
  const { body, text, headers } = answered(await reading)
  same(body.state, state, 'the state')
  const alien = Object.keys(body).filter(name => !(allowed[state] ?? '').split(' ').concat(everywhere).includes(name))
  same(alien, [], `fields that do not belong in ${state}`)
  if (body.scanned_by) {
    const strange = Object.keys(body.scanned_by).filter(name => name !== 'name' && name !== 'avatar')
    same(strange, [], 'fields of scanned_by')
  }
  for (const private_ of [user?.id ?? '', user?.name ?? '', 'scan_token', 'secret']) {
    holds(!text.includes(private_), `${state} does not tell ${private_}`)
  }
  same(headers.getSetCookie(), [], 'cookies that a poll sets')
}

const everywhere = ['id', 'state', 'version', 'expires_in', 'poll_after', 'contended']
const allowed: Record<string, string> = {
  pending: '',
  scanned: 'scanned_by',
  verifying: 'scanned_by check_code',
  confirmed: 'scanned_by',
  redeemed: '',
  denied: 'reason',
}
