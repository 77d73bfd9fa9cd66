/** Calls at the same time: a deployment that reads, decides and then writes lets two of them win. */
import { type Check, fail, note, warn } from '../../check.ts'
import { expectStatus, sayYes } from '../../scene.ts'
import { sessionOf } from './sign-in.ts'

/** Calls at once. */
const crowd = 8

export const scanRace: Check = {
  id: 'scan-race',
  title: 'Of several people who scan at the same moment exactly one has the ticket',
  reference: 'T5',
  advice: 'Bind the user in one compare-and-set of the store, so that the second writer loses.',
  needs: 'phone',
  async *play(scene) {
    const browser = await scene.open()
    const phones = Array.from({ length: crowd }, () => scene.newPhone())
    const replies = await Promise.all(phones.map(phone => phone.scan(browser.ticket.qr.url)))
    const won = replies.filter(({ status }) => status === 200)
    if (won.length !== 1)
      yield fail(`${won.length} of ${crowd} people who scan at once have the ticket`, ...won.slice(0, 2))
    const others = replies.filter(({ status }) => status !== 200 && status !== 409)
    if (others.length > 0)
      yield warn(`who comes second is answered ${others[0]?.status}, not 409`, ...others.slice(0, 1))
    const { body, ...reply } = await browser.read()
    if (body.contended !== true)
      yield note('the browser is not told that others have tried: `contended` is missing', reply)
  },
}

export const confirmRace: Check = {
  id: 'confirm-race',
  title: 'Of two phones of one person only the one that scanned last confirms, and repeated confirms are one',
  reference: 'T5, T6',
  advice:
    'Let a new scan end the scan token before it, and decide confirm in one compare-and-set. A repeated confirm gets the ' +
    'first answer again.',
  needs: 'phone',
  async *play(scene) {
    const { browser, phone } = await scene.scanned()
    const old = phone.scanned.scan_token
    expectStatus('POST /scan', await phone.scan(browser.ticket.qr.url), 200)
    const current = phone.scanned.scan_token
    if (old === current) yield warn('a second scan gives the scan token of the first again')
    const tokens = Array.from({ length: crowd }, (_, number) => (number % 2 === 0 ? old : current))
    const replies = await Promise.all(tokens.map(token => sayYes(phone, token)))
    const mine = replies.filter((_, index) => tokens[index] === current)
    const stale = replies.filter((reply, index) => tokens[index] === old && reply.status < 400)
    if (old !== current && stale.length > 0)
      yield fail('a scan token that a later scan has ended still confirms', ...stale.slice(0, 1))
    const answers = new Set(mine.map(({ status, text }) => `${status} ${text}`))
    if (answers.size > 1) yield fail('confirms that are repeated at once are answered differently', ...mine.slice(0, 2))
  },
}

export const redeemRace: Check = {
  id: 'redeem-race',
  title: 'However often a sign-in is collected at the same moment, there is one session',
  reference: 'F2, T6',
  advice: 'Decide redeem in one compare-and-set, and issue the session after it is won, derived from the ticket.',
  needs: 'phone',
  async *play(scene) {
    const { browser } = await scene.confirmed()
    const replies = await Promise.all(Array.from({ length: crowd }, () => browser.redeem()))
    const won = replies.filter(({ status }) => status === 200)
    const sessions = new Set(won.map(sessionOf))
    if (won.length === 0) yield fail('of several redeems at once none succeeds', ...replies.slice(0, 1))
    if (sessions.size > 1) yield fail(`${crowd} redeems at once give ${sessions.size} sessions`, ...won.slice(0, 2))
  },
}

export const denyRace: Check = {
  id: 'deny-race',
  title: 'Where “sign in” and “not me” arrive together, a “not me” that was accepted holds',
  reference: 'T7, T8',
  advice: 'Answer deny with success only when the store has taken it, and never write a state over one that has ended.',
  needs: 'phone',
  async *play(scene) {
    const { browser, phone } = await scene.scanned()
    const calls = Array.from({ length: crowd }, (_, number) => (number % 2 === 0 ? sayYes(phone) : phone.deny()))
    const denials = (await Promise.all(calls)).filter((_, index) => index % 2 === 1)
    const accepted = denials.find(({ status }) => status === 200)
    const collected = await browser.redeem()
    if (accepted && collected.status < 400)
      yield fail('deny was accepted, and the browser is signed in', accepted, collected)
    if (!accepted) yield note('every deny came too late or was refused', ...denials.slice(0, 1))
  },
}
