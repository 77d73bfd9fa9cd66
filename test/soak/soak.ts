/**
 * The soak, which `scripts/soak.mjs` starts and no other run does: random faults under load for as long as it is told to.
 * The ledger stands outside the system; after the last fault all that was taken has to be given back.
 */
import { writeFileSync } from 'node:fs'
import { afterAll, expect, it } from 'vitest'
import { createLedger } from '../redis/ledger.ts'
import { signIn } from '../redis/sign-in.ts'
import { type Chance, createChance } from './chance.ts'
import { type Crowd, gather } from './crowd.ts'
import { faults, pause } from './faults.ts'
import { type Sampler, sample, slope } from './samples.ts'
import { openWorld, type World } from './world.ts'

interface Options {
  minutes: number
  nodes: number
  lanes: number
  waiting: number
  /** Seconds of quiet between two faults, at most. */
  gap: number
  seed: number
  report: string
}

// Written by the script that starts this.
const options = JSON.parse(process.env.SCANLOGIN_SOAK ?? '{}') as Options

let world: World

afterAll(() => world.close())

it('keeps every promise while everything fails, and gives back all that it took', async () => {
  const chance = createChance(options.seed)
  world = await openWorld(options.nodes, chance)
  await warmUp()
  const veteran = sample(world.veteran)
  await veteran.take()
  const crowd = gather(world, options)
  const sampling = setInterval(veteran.take, 2000)
  const recoveries = await disturb(chance, crowd)
  await crowd.leave()
  clearInterval(sampling)
  const calm = await settled(veteran)
  const report = summary(crowd, veteran, recoveries)
  writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`)
  say(JSON.stringify(report, null, 2))
  expect(crowd.ledger.breaches()).toEqual([])
  expect(crowd.complaints).toEqual([])
  expect(calm).toEqual({ waiting: 0, descriptors: 'as before', handles: 'as before' })
  expect(report.slowestRecovery.seconds).toBeLessThan(30)
}, 86_400_000)

/** What is opened once and kept is open before it is counted. */
async function warmUp(): Promise<void> {
  const ledger = createLedger()
  await Promise.all(Array.from({ length: 20 }, () => signIn(world.people(), ledger)))
}

/** Seconds from the end of each fault to a sign-in that is refused nothing. */
async function disturb(chance: Chance, { counts }: Crowd): Promise<Record<string, number[]>> {
  const recoveries: Record<string, number[]> = {}
  const names = Object.keys(faults)
  let queue: string[] = []
  for (const end = Date.now() + options.minutes * 60_000; Date.now() < end; ) {
    await pause(chance.between(1000, options.gap * 1000))
    // Each once before any comes again.
    if (queue.length === 0) queue = [...names]
    const name = chance.pick(queue)
    queue.splice(queue.indexOf(name), 1)
    say(`${new Date().toISOString().slice(11, 19)} ${counts.signIns} signed in; ${name}`)
    await faults[name]?.(world, chance)
    const seconds = await untilNormal()
    recoveries[name] = [...(recoveries[name] ?? []), seconds]
  }
  return recoveries
}

async function untilNormal(): Promise<number> {
  const began = performance.now()
  for (;;) {
    const { refusals, tickets, scans } = await signIn(world.people(), createLedger(), 60)
    if (refusals + tickets + scans === 0) return Math.round((performance.now() - began) / 100) / 10
  }
}

/** Whether the veteran is as it was before, once everybody has left; connections that are kept alive end in some seconds. */
async function settled(veteran: Sampler) {
  const before = veteran.samples[0]
  for (let tries = 0; ; tries++) {
    await pause(2000)
    await veteran.take()
    const now = veteran.samples.at(-1)
    if (!before || !now) throw new Error('The veteran cannot be seen')
    const back = (name: 'descriptors' | 'handles') =>
      now[name] <= before[name] + slack ? 'as before' : `${before[name]}, then ${now[name]}`
    const calm = { waiting: now.waiting, descriptors: back('descriptors'), handles: back('handles') }
    if (tries === 60 || (now.waiting === 0 && calm.descriptors === calm.handles)) return calm
  }
}

function summary({ ledger, counts, complaints }: Crowd, { samples }: Sampler, recoveries: Record<string, number[]>) {
  const [first, last] = [samples[0], samples.at(-1)]
  const all = Object.entries(recoveries).flatMap(([fault, each]) => each.map(seconds => ({ fault, seconds })))
  const slowestRecovery = all.reduce((slow, one) => (one.seconds > slow.seconds ? one : slow), {
    fault: '',
    seconds: 0,
  })
  const rounded = (number = 0) => Math.round(number * 10) / 10
  return {
    options,
    people: { ...counts, sessions: ledger.sessions(), complaints: complaints.length, breaches: ledger.breaches() },
    faults: all.length,
    slowestRecovery,
    recoveries,
    veteran: {
      residentMiB: [rounded(first?.resident), rounded(last?.resident)],
      residentSlopeMiBPerHour: rounded(slope(samples, 'resident')),
      heapSlopeMiBPerHour: rounded(slope(samples, 'heap')),
      descriptors: [first?.descriptors, Math.max(...samples.map(one => one.descriptors)), last?.descriptors],
      handles: [first?.handles, Math.max(...samples.map(one => one.handles)), last?.handles],
      mostWaiting: Math.max(...samples.map(one => one.waiting)),
    },
  }
}

/** What may stay open: connections that are kept for the next call. */
const slack = 12

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
