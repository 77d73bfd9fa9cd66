/**
 * A sign-in by people who do not give up: whatever is out of order for a moment they try again, and what a fail-over has
 * lost they scan again. All that they are told goes into the ledger.
 */
import type { Actors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Reply } from '../../packages/scanlogin/src/testing/caller.ts'
import type { Ledger } from './ledger.ts'
import { answerOf } from './scene.ts'

export interface Effort {
  /** Answers 503. */
  refusals: number
  /** Scans beyond the first. */
  scans: number
  /** Tickets beyond the first. */
  tickets: number
}

/** Ends with a session that can be read, or throws after `seconds`. */
export async function signIn(people: Actors, ledger: Ledger, seconds = 40): Promise<Effort> {
  const effort: Effort = { refusals: 0, scans: -1, tickets: -1 }
  const end = Date.now() + seconds * 1000
  const call: Call = async ask => {
    for (;;) {
      if (Date.now() > end) throw new Error(`not signed in within ${seconds} s: ${JSON.stringify(effort)}`)
      const reply = await answerOf(ask()).catch(whenUnreachable)
      if (reply && reply.status !== 503) return reply
      effort.refusals++
      await new Promise(resolve => setTimeout(resolve, 50 + Math.random() * 100))
    }
  }
  while (!(await signInWithOneTicket(people, ledger, call, effort))) {
    // Its ticket is gone: the page shows the next code.
  }
  return effort
}

/** Sign-ins one after the other until `over`, each by people of their own. */
export async function signInUntil(over: () => boolean, open: () => Actors, ledger: Ledger): Promise<Effort[]> {
  const efforts: Effort[] = []
  while (!over()) efforts.push(await signIn(open(), ledger))
  return efforts
}

type Call = <B>(ask: () => Promise<Reply<B>>) => Promise<Reply<B>>

async function signInWithOneTicket(people: Actors, ledger: Ledger, call: Call, effort: Effort): Promise<boolean> {
  const { browser, phone, stranger } = people
  const userId = phone.user?.id ?? ''
  expectStatus(await call(() => browser.create()), 201)
  effort.tickets++
  const { id } = browser.ticket
  ledger.created(id)
  const began = Date.now()
  const age = () => Math.floor((Date.now() - began) / 1000)
  for (;;) {
    const scanned = await call(async () => phone.scan(await browser.draw(age())))
    effort.scans++
    if (scanned.status === 404) return false
    // The person points the camera at the screen once more.
    if (scanned.status === 422) continue
    // A scan that took effect and was not answered is simply repeated; so is a confirm.
    if (scanned.status === 200) {
      ledger.approved(id, userId)
      const confirmed = await call(() => phone.confirm())
      if (confirmed.status === 404 && (await call(() => browser.read())).status === 404) return false
    }
    const state = await stateAfterWaiting(people, call)
    if (state === 'gone') return false
    if (state !== 'confirmed' && state !== 'redeemed') continue
    // The same browser twice at once, and one that only knows the id.
    const [one, other, third] = await Promise.all([
      call(() => browser.redeem()),
      call(() => browser.redeem()),
      call(() => stranger.browser.call('POST', `/tickets/${id}/redeem`, { body: {} })),
    ])
    expectStatus(third, 404)
    for (const { status, body } of [one, other]) {
      if (status === 200) ledger.collected(id, body.user?.id ?? '', tokenIn(body.session))
    }
    const token = [one, other].map(({ body }) => tokenIn(body.session)).find(Boolean)
    // Neither: the confirm was lost between the look and the redeem, by a fail-over.
    if (token === undefined) continue
    const session = await call(() => people.newBrowser().call('GET', '/session', { headers: bearer(token) }))
    if (session.status === 200) return true
  }
}

async function stateAfterWaiting({ browser }: Actors, call: Call): Promise<string> {
  for (let looks = 0, since = 1; looks < 3; looks++) {
    const { status, body } = await call(() => browser.wait(since, 3))
    if (status === 404) return 'gone'
    if (body.state !== 'pending' && body.state !== 'scanned') return body.state ?? 'gone'
    since = body.version ?? since
  }
  return 'waiting'
}

function whenUnreachable(error: unknown): undefined {
  // A server's process may be gone for a moment, too; an answer that stays out never is forgiven.
  if (error instanceof TypeError) return undefined
  throw error
}

function expectStatus({ status, text }: Reply, wanted: number): void {
  if (status !== wanted) throw new Error(`answered ${status} and not ${wanted}: ${text}`)
}

export function tokenIn(session: unknown): string {
  return typeof session === 'object' && session && 'token' in session ? String(session.token) : ''
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}
