/**
 * The benchmark: rounds in which scanlogin and the bare floor take turns, so that whatever else the machine does hits
 * both. Leaves its numbers in `.cache/bench.json` and a page about them in `docs/performance.md`.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.mjs'
import { measureSignIns, measureWaiting } from './measures.mjs'
import { writeReport } from './report.mjs'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    concurrency: { type: 'string', default: '64' },
    loads: { type: 'string', default: '2' },
    waiting: { type: 'string', default: '10000' },
    wakes: { type: 'string', default: '2000' },
    'idle-seconds': { type: 'string', default: '10' },
    /** One of the measures below, to look at closely; such a run leaves `docs/performance.md` as it is. */
    only: { type: 'string' },
    /** Only this target. */
    target: { type: 'string' },
  },
})

// So that `exit` is heard, by which the servers end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const settings = {
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  concurrency: Number(values.concurrency),
  loads: Number(values.loads),
  waiting: Number(values.waiting),
  wakes: Number(values.wakes),
  idleSeconds: Number(values['idle-seconds']),
}
if (!(settings.waiting <= 15_000)) throw new RangeError('--waiting: at most 15000, one program opens them all')

const measures = {
  'sign-ins': { of: ['scanlogin', 'unasked', 'floor'], run: name => measureSignIns(name, settings) },
  'long-poll': {
    of: ['scanlogin', 'floor', 'hold'],
    run: name => measureWaiting(name, { ...settings, stream: false }),
  },
  'event-stream': { of: ['scanlogin', 'floor'], run: name => measureWaiting(name, { ...settings, stream: true }) },
}

const started = performance.now()
const results = []
for (let round = 1; round <= settings.rounds; round++) {
  for (const [measure, { of, run }] of Object.entries(measures)) {
    if (values.only && values.only !== measure) continue
    const turn = of.filter(name => !values.target || values.target === name)
    // Every other round the floor goes first.
    for (const target of round % 2 ? turn : turn.reverse()) {
      const [loadAverage] = loadavg()
      const figures = await run(target)
      results.push({ round, measure, target, loadAverage, values: figures })
      console.log(`round ${round}, ${measure}, ${target}: ${JSON.stringify(figures, briefly)}`)
    }
  }
}

const minutes = (performance.now() - started) / 60_000
mkdirSync('.cache', { recursive: true })
writeFileSync('.cache/bench.json', JSON.stringify({ machine: describeMachine(), settings, minutes, results }))
if (!values.only && !values.target) writeReport('.cache/bench.json')

function briefly(_name, value) {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value
}
