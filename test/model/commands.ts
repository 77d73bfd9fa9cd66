/** What can happen in a story, step by step, at a site of two nodes with two users, two phones each and up to three tickets. */
import fc from 'fast-check'
import { type Death, type Weather, weathers } from './nodes.ts'
import { answerOf, perform, startAttempt } from './people.ts'
import { type Call, isGone } from './rules.ts'
import {
  check,
  expectAnswer,
  heard,
  mayHaveHappened,
  newTold,
  pass,
  type Site,
  type Story,
  startWait,
  type Told,
} from './story.ts'
import { callOf, type Wish, wishes } from './wishes.ts'

export type Step = fc.AsyncCommand<Story, Site>

/** Stories of up to `most` steps. Some are about everything, others keep to a few things and go deeper into those. */
export function stories(most: number): fc.Arbitrary<Iterable<Step>> {
  const { calls, waits, pictures, codes, strangers, weather, moments, hours, deaths } = steps()
  const themes = [
    [...calls, ...calls, ...waits, ...pictures, ...codes, ...strangers, ...weather, ...moments, ...hours, ...deaths],
    [...calls, ...waits, ...waits, ...weather, ...moments],
    [...calls, ...waits, ...weather, ...moments, ...deaths],
    [...codes, ...codes, ...moments, ...calls],
    [...calls, ...calls, ...hours],
  ]
  return fc.oneof(...themes.map(theme => fc.commands(theme, { size: 'max', maxCommands: most })))
}

/** Numbers are picked before the story is known: a ticket, a phone and a version count from the newest. */
function steps() {
  const ticket = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(2))
  const node = fc.nat(1)
  const user = fc.constantFrom('alice', 'bob')
  const skew = fc.constantFrom(0, -600_000, 600_000)
  const death: fc.Arbitrary<Death> = fc.record({ at: fc.nat(2), when: fc.constantFrom('before', 'after') })
  const pick = fc.record({ ticket, node, wish: wishes() })
  return {
    calls: [node.map(create), pick.map(call), pick.map(call), pick.map(call)],
    waits: [fc.record({ ticket, node, since: fc.nat(2), seconds: fc.constantFrom(0, 3, 10, 25) }).map(wait)],
    pictures: [fc.record({ ticket, node, user, offset: fc.constantFrom(-25_000, 10_000) }).map(scanPicture)],
    codes: [fc.record({ ticket, node, user }).map(typeUserCode)],
    strangers: [pick.map(callAsStranger)],
    weather: [fc.constantFrom(...weathers).map(change), fc.nat(5).map(release)],
    moments: [
      fc.constantFrom(1, 999, 1000, 4000, 5000, 9999).map(advance),
      fc.record({ ticket, early: fc.constantFrom(1, 0) }).map(advanceToEnd),
    ],
    hours: [fc.constantFrom(29_999, 60_000, 120_000, 599_999).map(advance)],
    deaths: [fc.record({ ticket, node, wish: wishes(), death, skew }).map(crash), fc.record({ node, skew }).map(stop)],
  }
}

/** Every story begins with a ticket. */
export async function begin(story: Story, site: Site): Promise<void> {
  await create(0).run(story, site)
}

type Act = (told: Told, story: Story, site: Site) => Promise<void>

/** Every step ends with a look at all that must hold. */
function step(name: string, act: (story: Story, site: Site) => Promise<void>): Step {
  return {
    check: () => true,
    toString: () => name,
    async run(story, site) {
      await act(story, site)
      await check(story, site)
    },
  }
}

function needsTicket(ticket: number, act: Act): (story: Story, site: Site) => Promise<void> {
  return async (story, site) => {
    const told = story.tickets[story.tickets.length - 1 - (ticket % Math.max(1, story.tickets.length))]
    if (told) await act(told, story, site)
  }
}

function create(node: number): Step {
  return step(`create on ${node}`, async (story, site) => {
    if (story.tickets.length < 3) story.tickets.push(newTold(await startAttempt(loginOf(site, node)), site))
  })
}

interface Pick {
  readonly ticket: number
  readonly node: number
  readonly wish: Wish
}

function call({ ticket, node, wish }: Pick): Step {
  return step(
    `${wish.user}: ${wish.verb} #${ticket} on ${node}`,
    needsTicket(ticket, async (told, story, site) => {
      const made = callOf(wish, told.attempt, nameScan(story))
      expectAnswer(told, made, await perform(loginOf(site, node), told.attempt, made, ageOf(told)))
    }),
  )
}

function wait({
  ticket,
  node,
  since,
  seconds,
}: {
  ticket: number
  node: number
  since: number
  seconds: number
}): Step {
  return step(
    `wait #${ticket} on ${node}, ${since} behind, ${seconds} s`,
    needsTicket(ticket, async (told, story, site) => {
      const version = Math.min(...told.possible.map(at => at.version))
      // From what nobody has seen yet, over the present, to what was seen long ago. The future counts as the present.
      const asked = Math.max(0, version + (told.possible.length > 1 ? 0 : 1) - since)
      const until = site.clock.now() + seconds * 1000
      const waiter = { told, node: nodeOf(site, node), since: Math.min(asked, version), until, missed: false }
      await startWait(story, site, waiter, asked)
    }),
  )
}

function scanPicture(at: { ticket: number; node: number; user: string; offset: number }): Step {
  return step(
    `${at.user} scans a picture #${at.ticket} of ${at.offset} ms`,
    needsTicket(at.ticket, async (told, story, site) => {
      if (told.possible.some(isGone)) return
      const age = ageOf(told)
      const drawn = Math.max(0, age + at.offset)
      const scan: Call = { verb: 'scan', user: at.user, token: nameScan(story) }
      const answer = await perform(loginOf(site, at.node), told.attempt, scan, drawn)
      const steps = Math.floor(age / 10_000) - Math.floor(drawn / 10_000)
      if (steps === 0 || steps === 1) expectAnswer(told, scan, answer)
      else if (answer !== 'stale_qr') throw new Error(`a picture ${steps} steps old was answered "${answer}"`)
    }),
  )
}

function typeUserCode({ ticket, node, user }: { ticket: number; node: number; user: string }): Step {
  return step(
    `${user} types the user code #${ticket}`,
    needsTicket(ticket, async (told, story, site) => {
      const { attempt } = told
      const scan: Call = { verb: 'scan', user, token: nameScan(story) }
      const answer = await answerOf(async () => {
        const { ticket, scanToken } = await loginOf(site, node).scan({ userCode: attempt.userCode }, { id: user })
        attempt.held.set(scan.token, { scanToken })
        return ticket
      })
      const refusal = guess(story, site, user, ageOf(told))
      if (refusal === undefined) expectAnswer(told, scan, answer)
      else if (answer !== refusal) throw new Error(`a user code was answered "${answer}" and not "${refusal}"`)
    }),
  )
}

/** User codes live as long as a ticket can be scanned; five wrong ones in five minutes are a user's last. */
function guess({ guesses }: Story, { clock, house }: Site, user: string, age: number): string | undefined {
  const now = clock.now()
  const before = guesses.get(user)
  const lasts = house.keeps === Number.POSITIVE_INFINITY
  const counted = before && (lasts || now < before.ends) ? before : { taken: 0, ends: now + 300_000 }
  guesses.set(user, counted)
  if (counted.taken >= 5) return 'rate_limited'
  if (lasts || age < 300_000) return undefined
  counted.taken++
  return 'not_found'
}

/** Promise 2: with the secret of another ticket, or the token of another's phone, there is nothing to find. */
function callAsStranger({ ticket, node, wish }: Pick): Step {
  return step(
    `${wish.verb} #${ticket} as a stranger`,
    needsTicket(ticket, async (told, story, site) => {
      const other = story.tickets.find(one => one !== told)
      if (!other || wish.verb === 'scan') return
      const strange = { ...other.attempt, id: told.attempt.id, sessions: told.attempt.sessions }
      const answer = await perform(loginOf(site, node), strange, callOf(wish, other.attempt, nameScan(story)))
      if (answer !== 'not_found') throw new Error(`a stranger was answered "${answer}"`)
    }),
  )
}

function advance(ms: number): Step {
  return step(`${ms} ms pass`, (story, site) => letPass(story, site, ms))
}

function advanceToEnd({ ticket, early }: { ticket: number; early: number }): Step {
  return step(
    `#${ticket} is ${early} ms from its end`,
    needsTicket(ticket, async ({ possible }, story, site) => {
      const ms = (possible[0]?.ends ?? 0) - early - site.clock.now()
      if (ms > 0) await letPass(story, site, ms)
    }),
  )
}

async function letPass(story: Story, site: Site, ms: number): Promise<void> {
  pass(story, ms)
  await site.clock.advance(ms)
}

function change(weather: Weather): Step {
  return step(`hints are ${weather}`, async (_, { post }) => {
    post.weather = weather
  })
}

function release(from: number): Step {
  return step(`late hints come, from ${from}`, async (_, { post }) => post.release(from))
}

interface Crash extends Pick {
  readonly death: Death
  readonly skew: number
}

function crash({ ticket, node, wish, death, skew }: Crash): Step {
  return step(
    `node ${node} dies ${death.when} call ${death.at} of ${wish.verb} #${ticket}`,
    needsTicket(ticket, async (told, story, site) => {
      const dying = nodeOf(site, node)
      const made = callOf(wish, told.attempt, nameScan(story))
      dying.doom(death)
      const answer = await Promise.race([perform(dying.login, told.attempt, made, ageOf(told)), dying.died])
      if (answer === undefined) mayHaveHappened(told, made)
      else expectAnswer(told, made, answer)
      await restart(story, site, node, skew)
    }),
  )
}

/** A node goes down in order: who waits there is answered, and nothing is left. */
function stop({ node, skew }: { node: number; skew: number }): Step {
  return step(`node ${node} goes down`, async (story, site) => {
    const going = nodeOf(site, node)
    going.login.drain()
    for (const waiter of story.waiters) {
      if (waiter.node !== going) continue
      await heard(waiter)
      story.waiters.delete(waiter)
    }
    expectNothingLeft(site, node)
    await restart(story, site, node, skew)
  })
}

async function restart(story: Story, site: Site, node: number, skew: number): Promise<void> {
  const gone = nodeOf(site, node)
  gone.kill()
  for (const waiter of story.waiters) if (waiter.node === gone) story.waiters.delete(waiter)
  story.restarts++
  await site.restart(node, skew)
}

/** The end of every story: all who wait are answered in time, and nothing is left behind. */
export async function finish(story: Story, site: Site): Promise<void> {
  pass(story, 25_000)
  await site.clock.advance(25_000)
  await check(story, site)
  if (story.waiters.size > 0) throw new Error(`${story.waiters.size} still wait`)
  for (const node of site.nodes.keys()) expectNothingLeft(site, node)
  if (site.clock.timers() > 0) throw new Error(`${site.clock.timers()} timers are left`)
}

function expectNothingLeft(site: Site, index: number): void {
  const { login, leftovers } = nodeOf(site, index)
  const left = { waiting: login.waiting(), ...leftovers() }
  if (left.waiting + left.watches + left.timers > 0) throw new Error(`node ${index} leaves ${JSON.stringify(left)}`)
}

function nameScan(story: Story): string {
  return `scan ${++story.scans}`
}

function nodeOf({ nodes }: Site, index: number) {
  const node = nodes[index]
  if (!node) throw new Error(`there is no node ${index}`)
  return node
}

function loginOf(site: Site, index: number) {
  return nodeOf(site, index).login
}

function ageOf({ possible: [at] }: Told): number {
  return at ? at.now - at.born : 0
}
