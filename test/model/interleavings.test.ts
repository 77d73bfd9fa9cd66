/**
 * Two nodes in every order that a store and its hints can make of a few calls at the same time. Each read, write, watch,
 * answer and hint waits for its turn; hints may come late, twice or empty, but they come. No time passes. Browsers that
 * are answered ask again, on a seat that was kept for them where the store is one like Redis.
 */
import fc from 'fast-check'
import { describe, it } from 'vitest'
import { createLogin, type Login, memoryStore, type Store, type Watch } from '../../packages/scanlogin/src/index.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { createRecorder, explain, type Recorder, tell } from './checker.ts'
import { type Attempt, digits, perform, startAttempt } from './people.ts'
import { begin, type Call, isNews, outcome } from './rules.ts'
import { most, patience, trials } from './runs.ts'
import { callOf, goodWay, type Wish, wishes } from './wishes.ts'

interface Plan {
  /** On which nodes the first calls of a sign-in are made, one after the other. */
  readonly before: number[]
  /** Who then act at the same time, each one call after the other. */
  readonly clients: { node: number; wish: Wish }[][]
  /** Browsers that wait, and how often each comes back once it is answered. */
  readonly waits: { node: number; behind: number; returns: number }[]
}

const node = fc.nat(1)
const plans: fc.Arbitrary<Plan> = fc.record({
  before: fc.array(node, { maxLength: goodWay.length }),
  clients: fc.array(fc.array(fc.record({ node, wish: wishes() }), { minLength: 1, maxLength: 3 }), {
    minLength: 2,
    maxLength: 4,
  }),
  waits: fc.array(fc.record({ node, behind: fc.nat(1), returns: fc.nat(3) }), { maxLength: 3 }),
})

const hints = ['once', 'twice', 'empty'] as const
type Hint = (typeof hints)[number]

/** What a store says of its watches: Redis keeps a seat for who comes back, a store that promises nothing does not. */
type Promised = Pick<Watch, 'certain' | 'remote'>

describe('calls at the same time on two nodes', () => {
  it.each<[string, Promised]>([
    ['from afar and without fail', { certain: true, remote: true }],
    ['as it can, without a promise', {}],
  ])(
    'are answered as if one came after the other, and who waits hears of every change, where the store rings %s',
    async (_, promised) => {
      const property = fc.asyncProperty(
        fc.scheduler(),
        plans,
        fc.boolean(),
        fc.infiniteStream(fc.constantFrom(...hints)),
        async (scheduler, plan, asks, hints) => {
          const scene = await openScene(scheduler, asks, promised, () => hints.next().value)
          await act(scene, plan)
          await lookBack(scene, asks)
        },
      )
      await fc.assert(property, trials(most * 3))
    },
    patience,
  )
})

interface Scene {
  readonly scheduler: fc.Scheduler
  readonly logins: readonly Login[]
  readonly attempt: Attempt
  readonly recorder: Recorder<Call>
  readonly born: number
  /** From now on the store and its hints take turns. */
  begin(): void
}

async function openScene(scheduler: fc.Scheduler, asks: boolean, promised: Promised, next: () => Hint): Promise<Scene> {
  const clock = createClock()
  const shared = memoryStore({ clock })
  let begun = false
  const turn = async (what: string) => {
    if (begun) await scheduler.schedule(Promise.resolve(), what)
  }
  const open = () =>
    createLogin({
      store: inTurns(shared, promised, turn, next),
      publicUrl: 'https://id.example.com',
      clock,
      checkCode: asks && digits,
    })
  const logins = [open(), open()]
  const attempt = await startAttempt(loginAt(logins, 0))
  const start = () => {
    begun = true
  }
  return { scheduler, logins, attempt, recorder: createRecorder(), born: clock.now(), begin: start }
}

async function act(scene: Scene, { before, clients, waits }: Plan): Promise<void> {
  const { scheduler, attempt } = scene
  const names = Array.from({ length: 20 }, (_, n) => `scan ${n}`)
  const make = (node: number, wish: Wish) => record(scene, node, callOf(wish, attempt, names.pop() ?? ''))
  for (const [step, node] of before.entries()) await make(node, goodWay[step] as Wish)
  const { version } = await loginAt(scene.logins, 0).read(attempt.id, attempt.secret)
  scene.begin()
  for (const { node, behind, returns } of waits) void waitAgain(scene, node, version - behind, returns)
  const acting = clients.map(async calls => {
    for (const { node, wish } of calls) await make(node, wish)
  })
  await scheduler.waitFor(Promise.all(acting))
  // The last hints arrive, and who was rung by them answers.
  await untilSettled(scene)
}

/** As a page does: it names the version that it was told last. */
async function waitAgain(scene: Scene, node: number, since: number, returns: number): Promise<void> {
  const answer = await record(scene, node, { verb: 'wait', since })
  const version = / v(\d+)/.exec(answer ?? '')?.[1]
  if (version !== undefined && returns > 0) await waitAgain(scene, node, Number(version), returns - 1)
}

/** Proofs are made outside of the turns: whoever is not answered has then sat down, and nothing is on its way. */
async function untilSettled({ scheduler, recorder, logins }: Scene): Promise<void> {
  const isSettled = () => {
    const unanswered = recorder.history.filter(({ answer }) => answer === undefined).length
    return scheduler.count() === 0 && unanswered === logins.reduce((sum, login) => sum + login.waiting(), 0)
  }
  const end = performance.now() + 5000
  do {
    await scheduler.waitIdle()
    await new Promise(resolve => setImmediate(resolve))
  } while (!isSettled() && performance.now() < end)
}

function record({ recorder, logins, attempt }: Scene, node: number, call: Call): Promise<string | undefined> {
  return recorder.record(call, () => perform(loginAt(logins, node), attempt, call))
}

/** All answers have to fit the rules in some order, and nobody may sleep through what has happened. */
async function lookBack({ recorder, logins, attempt, scheduler, born }: Scene, asks: boolean): Promise<void> {
  const { history, record } = recorder
  await scheduler.waitFor(record({ verb: 'read' }, () => perform(loginAt(logins, 0), attempt, { verb: 'read' })))
  const start = begin(born, { asks, keeps: 600_000 })
  const order = explain(history, { start, apply: outcome })
  if (!order) throw new Error(`no order explains\n${tell(history)}`)
  const end = order.reduce((at, { call }) => outcome(at, call).next, start)
  for (const { call, answer } of history) {
    if (call.verb !== 'wait' || answer !== undefined || !isNews(end, call.since)) continue
    throw new Error(`who waits since v${call.since} sleeps through\n${tell(history)}`)
  }
  if (attempt.sessions.size > 1) throw new Error(`two sessions\n${tell(history)}`)
}

function loginAt(logins: readonly Login[], index: number): Login {
  const login = logins[index]
  if (!login) throw new Error(`there is no node ${index}`)
  return login
}

function inTurns(real: Store, promised: Promised, turn: (what: string) => Promise<void>, next: () => Hint): Store {
  return {
    ...real,
    async get(key) {
      await turn(`get ${key}`)
      const entry = await real.get(key)
      await turn(`got ${key}`)
      return entry
    },
    async put(key, entry, only) {
      await turn(`put ${key}`)
      const written = await real.put(key, entry, only)
      await turn(`${written ? 'written' : 'refused'} ${key}`)
      return written
    },
    async watch(key, ring) {
      await turn(`watch ${key}`)
      const watch = await real.watch(key, written => {
        const hint = next()
        const carried = hint === 'empty' ? undefined : written
        void turn('hint').then(() => ring(carried))
        if (hint === 'twice') void turn('hint once more').then(() => ring(carried))
      })
      await turn(`watched ${key}`)
      return { entry: watch.entry, stop: watch.stop, ...promised }
    },
  }
}
