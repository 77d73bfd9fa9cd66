/** The sign-in itself, what it leaves behind, and that what has ended stays ended. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail, type Remark, Unready, warn } from '../../check.ts'
import { confirm, expectStatus, type Pair, type Scene, sayYes } from '../../scene.ts'

export const signIn: Check = {
  id: 'sign-in',
  title: 'A browser shows a code, a phone scans and confirms, and the browser is signed in as that phone’s user',
  reference: 'protocol',
  advice: 'Most other checks say little before this one passes.',
  needs: 'phone',
  async *play(scene) {
    try {
      const { browser, phone } = await scene.confirmed()
      const reply = await browser.redeem()
      expectStatus('POST /tickets/{id}/redeem', reply, 200)
      const { user, session } = reply.body
      if (user?.id !== phone.user?.id) yield fail('redeem names another user than the phone', reply)
      if (session === undefined) yield fail('redeem gives no session', reply)
      const after = await browser.read()
      if (after.body.state !== 'redeemed')
        yield fail(`afterwards the ticket is ${after.body.state}, not redeemed`, after)
    } catch (error) {
      // Too many tries is no fault of the sign-in, and what a policy forbids is what it should forbid.
      if (error instanceof Unready && !/ (403|429)\b/.test(error.message)) yield fail(error.message, ...error.seen)
      else throw error
    }
  },
}

export const replayedRedeem: Check = {
  id: 'replayed-redeem',
  title: 'A ticket that was collected gives no second session, and its code signs nobody in again',
  reference: 'F2, T6',
  advice:
    'Let redeem change the state in the same step in which it reads it. For 30 s the same browser may repeat it and gets the ' +
    'same session; every other repeat is refused.',
  needs: 'phone',
  async *play(scene) {
    const { browser, phone } = await scene.confirmed()
    const first = await browser.redeem()
    expectStatus('POST /tickets/{id}/redeem', first, 200)
    const second = await browser.redeem()
    if (second.status < 400 && sessionOf(second) !== sessionOf(first)) {
      yield fail('redeem repeated gives another session', first, second)
    }
    if (second.status >= 400) yield warn('redeem repeated at once is refused: a lost answer loses the sign-in', second)
    for (const [who, reply] of [
      ['the same phone', await phone.scan(browser.ticket.qr.url)],
      ['another phone', await scene.newPhone().scan(browser.ticket.qr.url)],
      ['the same phone, denying,', await phone.deny()],
    ] as const) {
      if (reply.status < 400) yield fail(`${who} is answered ${reply.status} by a ticket that was collected`, reply)
    }
    const stranger = await scene.call('POST', `/tickets/${browser.ticket.id}/redeem`, { body: {} })
    if (stranger.status < 400) yield fail(`redeem replayed without the secret is answered ${stranger.status}`, stranger)
  },
}

export const freshSession: Check = {
  id: 'fresh-session',
  title: 'The session is nothing that the browser held before the sign-in',
  reference: 'T15',
  advice:
    'Make a new session id at redeem. Never promote the ticket’s id or secret, or a session from before the sign-in.',
  needs: 'phone',
  async *play(scene) {
    const { browser } = await scene.confirmed()
    const before = new Set([browser.ticket.id, browser.secret, ...browser.cookies.values()])
    const early = await browser.call('GET', '/session')
    if (early.status === 200) yield fail('there is a session before redeem', early)
    const reply = await browser.redeem()
    expectStatus('POST /tickets/{id}/redeem', reply, 200)
    const given = reply.headers.getSetCookie().map(line => /^[^=;]*=([^;]*)/.exec(line)?.[1] ?? '')
    if (given.some(value => before.has(value)))
      yield fail('redeem sets a cookie whose value the browser had before', reply)
    if ([...before].some(value => value.length > 30 && reply.text.includes(value)))
      yield fail('redeem answers with the secret of the ticket', reply)
  },
}

export const denyIsFinal: Check = {
  id: 'deny-is-final',
  title: 'After “not me” nobody confirms or collects any more',
  reference: 'T7, T8',
  advice: 'Make denied a state that nothing leads out of, before the confirm and after it.',
  needs: 'phone',
  async *play(scene) {
    yield* ended('denied before the confirm', await scene.scanned(), ({ phone }) => phone.deny())
    yield* ended('denied after the confirm', await confirmedByAnybody(scene), ({ phone }) => phone.deny())
  },
}

export const cancelIsFinal: Check = {
  id: 'cancel-is-final',
  title: 'After the browser has cancelled, nobody scans, confirms or collects any more',
  reference: 'T7',
  advice: 'Make cancelled a state that nothing leads out of.',
  async *play(scene) {
    if (!scene.hasPhone) {
      const browser = await scene.open()
      await browser.cancel()
      yield* refused('cancelled', await browser.redeem(), 'redeem')
      return
    }
    const waiting = await scene.open()
    await waiting.cancel()
    yield* refused('cancelled', await scene.newPhone().scan(waiting.ticket.qr.url), 'scan')
    yield* ended('cancelled', await scene.scanned(), ({ browser }) => browser.cancel())
    yield* ended('cancelled after the confirm', await confirmedByAnybody(scene), ({ browser }) => browser.cancel())
  },
}

/** For what is never collected: the user of `--user` is asked for nothing that comes to nothing. */
async function confirmedByAnybody(scene: Scene): Promise<Pair> {
  const pair = await scene.scanned()
  await confirm(pair)
  return pair
}

async function* ended(how: string, pair: Pair, end: (pair: Pair) => Promise<Reply>): AsyncGenerator<Remark, void> {
  const { browser, phone } = pair
  const reply = await end(pair)
  if (reply.status >= 400) throw new Unready(`a ticket cannot be ${how}: ${reply.status}`, reply)
  yield* refused(how, await sayYes(phone), 'confirm')
  yield* refused(how, await browser.redeem(), 'redeem')
  yield* refused(how, await phone.scan(browser.ticket.qr.url), 'scan')
}

function* refused(how: string, reply: Reply, call: string): Generator<Remark, void> {
  if (reply.status < 400) yield fail(`${call} of a ticket that was ${how} is answered ${reply.status}`, reply)
}

/** All that makes a session, without the seconds, which move on. */
export function sessionOf({ headers, text }: Reply): string {
  const cookies = headers.getSetCookie().map(line => line.split(';')[0])
  const told = JSON.stringify([cookies, text.replace(/"(\w*expires\w*|exp|iat)":\s*\d+/g, '')])
  return told.replace(signedToken, (_, claims: string) => claimsOf(claims))
}

/** A JWT. It may be signed anew each time: what counts is whose session it is for. */
const signedToken = /[\w-]+\.(eyJ[\w-]+)\.[\w-]+/g

function claimsOf(part: string): string {
  try {
    const { iat, exp, nbf, jti, ...claims }: Record<string, unknown> = JSON.parse(
      atob(part.replaceAll('-', '+').replaceAll('_', '/')),
    )
    return JSON.stringify(claims)
  } catch {
    return part
  }
}
