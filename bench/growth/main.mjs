/**
 * `npm run bench -- --growth`: ever more browsers wait at one process, the same on other runtimes, and a crowd at several
 * processes on one Redis. Leaves its numbers in `.cache/bench-growth.json` and its part in `docs/performance.md`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { installPrograms, say } from '../../scripts/prepare.mjs'
import { describeMachine } from '../machine.mjs'
import { measureWaiting } from '../measures.mjs'
import { measureCrowd } from './crowd.mjs'
import { writeGrowth } from './report.mjs'
import { findRuntimes } from './runtimes.mjs'

const { values } = parseArgs({
  options: {
    /** What brought us here. */
    growth: { type: 'boolean' },
    /** Of all but the crowd, which comes once. */
    rounds: { type: 'string', default: '3' },
    sizes: { type: 'string', default: '1000,5000,15000' },
    /** Browsers at each of the runtimes, another size than those above. */
    waiting: { type: 'string', default: '10000' },
    wakes: { type: 'string', default: '600' },
    crowd: { type: 'string', default: '100000' },
    processes: { type: 'string', default: '7' },
    /** More than the 25 s of a long poll. */
    'idle-seconds': { type: 'string', default: '28' },
    /** `sizes`, `runtimes` or `crowd`; such a run leaves `docs/performance.md` as it is. */
    only: { type: 'string' },
  },
})
const settings = {
  rounds: Number(values.rounds),
  sizes: values.sizes.split(',').map(Number),
  waiting: Number(values.waiting),
  wakes: Number(values.wakes),
  crowd: Number(values.crowd),
  processes: Number(values.processes),
  idleSeconds: Number(values['idle-seconds']),
}

// So that `exit` is heard, by which the servers end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

installPrograms({ 'redis-server': 'redis-server' })
const runtimes = findRuntimes()
const waitingAt = options =>
  measureWaiting(options.name, { stream: false, wakes: settings.wakes, idleSeconds: 2, ...options })
const turns = {
  sizes: settings.sizes.flatMap(waiting =>
    ['scanlogin', 'hold'].map(name => ({ of: `${name}, ${waiting}`, take: () => waitingAt({ name, waiting }) })),
  ),
  runtimes: Object.entries(runtimes).flatMap(([runtime, program]) =>
    ['scanlogin', 'hold'].map(name => ({
      of: `${name}, ${runtime}`,
      take: () => waitingAt({ name, waiting: settings.waiting, runtime: program }),
    })),
  ),
  crowd: [
    {
      of: 'crowd',
      take: () => measureCrowd({ ...settings, browsers: settings.crowd }),
    },
  ],
}

const started = performance.now()
const runs = []
const failures = []
for (let round = 1; round <= settings.rounds; round++) {
  for (const [measure, turn] of Object.entries(turns)) {
    if (values.only && values.only !== measure) continue
    if (measure === 'crowd' && round > 1) continue
    for (const { of: target, take } of round % 2 ? turn : [...turn].reverse())
      await measureOne(round, measure, target, take)
  }
}
mkdirSync('.cache', { recursive: true })
const file = '.cache/bench-growth.json'
writeFileSync(
  file,
  JSON.stringify({
    machine: describeMachine(),
    settings,
    runtimes: Object.keys(runtimes),
    minutes: (performance.now() - started) / 60_000,
    runs,
    failures,
  }),
)
if (!values.only) writeGrowth(file)

async function measureOne(round, measure, target, take) {
  const [loadAverage] = loadavg()
  try {
    const figures = await take()
    runs.push({ round, measure, target, loadAverage, values: figures })
    say(`round ${round} of ${settings.rounds}, ${measure}, ${target}: ${brief(figures)}`)
  } catch (error) {
    // One that fails costs its own row and not the run; the page says that it failed.
    failures.push({ round, measure, target, error: error.message })
    say(`round ${round} of ${settings.rounds}, ${measure}, ${target} failed: ${error.message}`)
  }
}

function brief(figures) {
  return JSON.stringify(figures, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value))
}
