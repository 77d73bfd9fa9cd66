/**
 * What must be true of a whole site while a story goes on: which situations each ticket may be in, given all that was
 * done and answered, and whom of those who wait it is time to answer.
 */
import type { Ticket } from '../../packages/scanlogin/src/index.ts'
import type { ManualClock } from '../../packages/scanlogin/src/testing/clock.ts'
import type { Node, Post } from './nodes.ts'
import { type Attempt, answerOf } from './people.ts'
import { begin, type Call, type House, isGone, isNews, lineOf, outcome, type Situation } from './rules.ts'

/** The real site. */
export interface Site {
  readonly clock: ManualClock
  readonly post: Post
  readonly nodes: Node[]
  readonly house: House
  /** Whether hints reach however many nodes ask for them. */
  readonly ringsAll: boolean
  /** Puts a new node in the place of one that is gone. `skew`: by how many ms the clock of its machine is wrong. */
  restart(index: number, skew: number): Promise<void>
  close(): Promise<void>
}

export interface Told {
  readonly attempt: Attempt
  /** More than one where nobody knows whether a call that a node died in has happened. */
  possible: readonly Situation[]
  /** Every line that was true at some time. */
  readonly lines: Set<string>
}

export interface Waiter {
  readonly told: Told
  readonly node: Node
  readonly since: number
  readonly until: number
  /** Whether a hint for it may have gone astray. */
  missed: boolean
  /** From when on there was something to tell it. */
  newsAt?: number
  ended?: { readonly line: string; readonly ticket: Ticket | undefined; readonly at: number }
}

export interface Story {
  readonly tickets: Told[]
  readonly waiters: Set<Waiter>
  readonly guesses: Map<string, { taken: number; ends: number }>
  scans: number
  restarts: number
}

export function newStory(): Story {
  return { tickets: [], waiters: new Set(), guesses: new Map(), scans: 0, restarts: 0 }
}

export function newTold(attempt: Attempt, site: Site): Told {
  return { attempt, possible: [begin(site.clock.now(), site.house)], lines: new Set() }
}

/** Compares an answer with the rules, and keeps of what was possible what it agrees with. */
export function expectAnswer(told: Told, call: Call, answer: string): void {
  const outcomes = told.possible.map(at => outcome(at, call))
  const agreeing = outcomes.filter(expected => expected.answer === answer)
  if (agreeing.length === 0) {
    const expected = outcomes.map(({ answer }) => answer).join('" or "')
    throw new Error(`${JSON.stringify(call)} was answered "${answer}" where the rules say "${expected}"`)
  }
  told.possible = distinct(agreeing.map(({ next }) => next))
}

/** A node died in this call: it may have happened or not. */
export function mayHaveHappened(told: Told, call: Call): void {
  told.possible = distinct([...told.possible, ...told.possible.map(at => outcome(at, call).next)])
}

export function pass(story: Story, ms: number): void {
  for (const told of story.tickets) told.possible = told.possible.map(at => ({ ...at, now: at.now + ms }))
}

/** Looks at everything that must hold after each step. */
export async function check(story: Story, site: Site): Promise<void> {
  for (const { possible, lines } of story.tickets) for (const at of possible) lines.add(lineOf(at))
  // Whoever was rung in this process has answered once the runtime gets round to it.
  if (story.waiters.size > 0) await turn()
  for (const waiter of story.waiters) {
    if (isAstray(story, site)) waiter.missed = true
    if (isDue(waiter, site)) await heard(waiter)
    if (!waiter.ended) continue
    checkEnd(waiter, waiter.ended)
    story.waiters.delete(waiter)
  }
  for (const told of story.tickets) checkSessions(told)
}

/** Begins a wait for more than `since`, and comes back when it has settled in or is over. */
export async function startWait(story: Story, site: Site, waiter: Waiter, since: number): Promise<void> {
  const { told, node, until } = waiter
  const { id, secret } = told.attempt
  const before = node.login.waiting()
  const seconds = (until - site.clock.now()) / 1000
  let ticket: Ticket | undefined
  const waiting = answerOf(async () => {
    ticket = await node.login.wait(id, secret, { since, seconds })
    return ticket
  })
  void waiting.then(line => {
    waiter.ended = { line, ticket, at: site.clock.now() }
  })
  story.waiters.add(waiter)
  await until3s(() => waiter.ended !== undefined || node.login.waiting() > before)
}

export async function heard(waiter: Waiter): Promise<void> {
  await until3s(() => waiter.ended !== undefined)
  if (!waiter.ended) throw new Error(`nobody has answered who waits for news since v${waiter.since}`)
}

/** Real time, for what travels over a real network; a store in this process is never waited for. */
async function until3s(holds: () => boolean): Promise<void> {
  const end = performance.now() + 3000
  while (!holds() && performance.now() < end) await turn()
}

function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

/** Hints are lost in bad weather, and a Redis store keeps in mind the four nodes only that asked last. */
function isAstray(story: Story, { post, ringsAll }: Site): boolean {
  return post.weather === 'lost' || post.weather === 'held back' || (!ringsAll && story.restarts > 2)
}

/** Promise 3: at once by a hint, within 5 s without one, and in any case when its time is over. */
function isDue(waiter: Waiter, { clock }: Site): boolean {
  const { told, since, until, missed } = waiter
  const now = clock.now()
  if (told.possible.every(at => isNews(at, since))) {
    waiter.newsAt ??= Math.max(...told.possible.map(at => (at.version > since ? now : Math.min(now, at.ends))))
  }
  return now >= Math.min(until, (waiter.newsAt ?? until) + (missed ? 5000 : 0))
}

/** What was answered was true at some time, and there was a reason to answer. */
function checkEnd({ told, since, until }: Waiter, { line, ticket, at }: NonNullable<Waiter['ended']>): void {
  const now = told.possible.map(lineOf)
  if (!ticket) {
    if (told.possible.some(isGone)) return
    throw new Error(`who waits was refused with "${line}" where a ticket is "${now.join('" or "')}"`)
  }
  if (!told.lines.has(line)) throw new Error(`who waits was told "${line}", which never was true`)
  const final = ['redeemed', 'denied', 'cancelled'].includes(ticket.state) || at >= ticket.deadline
  if (ticket.version > since || final) return
  if (at < until) throw new Error(`who waits since v${since} was answered "${line}" ${until - at} ms too early`)
  if (!now.includes(line)) throw new Error(`who waits left with "${line}" where it is "${now.join('" or "')}"`)
}

/** Promises 1 and 2: at most one session, and it belongs to the user whose phone scanned and confirmed. */
function checkSessions({ attempt, possible }: Told): void {
  const [session, another] = [...attempt.sessions]
  if (another) throw new Error(`two sessions: ${session} and ${another}`)
  if (session && !possible.every(at => at.state === 'redeemed' && session.startsWith(`${at.user} `))) {
    throw new Error(`${session} has a session where it is "${possible.map(lineOf).join('" or "')}"`)
  }
}

function distinct(situations: readonly Situation[]): Situation[] {
  return [...new Map(situations.map(at => [JSON.stringify(at), at])).values()]
}
