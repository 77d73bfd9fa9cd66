/**
 * `npm run bench -- --peers`: scanlogin beside other sign-in servers and other servers that hold connections, in rounds
 * in which all take turns. Leaves its numbers in `.cache/bench-peers.json` and its section in `docs/performance.md`.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installPrograms, run, say } from '../../scripts/prepare.mjs'
import { installRuntimes } from '../growth/runtimes.mjs'
import { describeMachine } from '../machine.mjs'
import { contestants, waitingPeople } from './contestants.mjs'
import { measureHeld, measureIdle, measureSignIns, measureWakes } from './measures.mjs'
import { writePeersSection } from './report.mjs'

const { values } = parseArgs({
  options: {
    /** What brought us here. */
    peers: { type: 'boolean' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    concurrency: { type: 'string', default: '64' },
    loads: { type: 'string', default: '2' },
    waiting: { type: 'string', default: '15000' },
    wakes: { type: 'string', default: '1000' },
    /** Browsers that wait at scanlogin, and that poll at the tutorial's server, while CPU is counted. */
    idling: { type: 'string', default: '4000' },
    polling: { type: 'string', default: '1500' },
    /** More than the 25 s after which a waiting browser asks again. */
    'idle-seconds': { type: 'string', default: '28' },
    /** Browsers that wait on Redis while one after another is woken from the other process. */
    'node-waiting': { type: 'string', default: '2000' },
    /** One of the measures below; such a run leaves `docs/performance.md` as it is. */
    only: { type: 'string' },
    /** Only these, by a part of their names. */
    target: { type: 'string', default: '' },
  },
})
const { only, target: wanted, peers: _, ...numbers } = values
const settings = Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)]))
const folder = fileURLToPath(new URL('.', import.meta.url))
const results = '.cache/bench-peers.json'

const measures = {
  'sign-ins': { of: Object.keys(contestants), take: name => measureSignIns(name, settings) },
  wakes: {
    of: ['scanlogin, Redis', 'scanlogin, Redis, 2 processes', 'floor, Redis'],
    take: name => measureWakes(name, { ...settings, nodeWaiting: settings['node-waiting'] }),
  },
  held: {
    of: ['scanlogin', 'scanlogin, Bun', 'floor', 'hold', 'nginx + nchan'],
    take: name => measureHeld(name, settings),
  },
  waiting: { of: Object.keys(waitingPeople), take: name => measureIdle(waitingPeople[name], settings) },
}

// So that `exit` is heard, by which the servers end.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

const started = performance.now()
const runs = []
const failures = []
prepare()
for (let round = 1; round <= settings.rounds; round++) {
  for (const measure of Object.keys(measures)) {
    if (!only || only === measure) await takeTurns(round, measure)
  }
}
mkdirSync('.cache', { recursive: true })
writeFileSync(
  results,
  JSON.stringify({
    machine: describeMachine(),
    versions: versions(),
    redis: redisVersion(),
    settings,
    minutes: (performance.now() - started) / 60_000,
    runs,
    failures,
  }),
)
if (!only && !wanted) writePeersSection(results)

async function takeTurns(round, measure) {
  const { of, take } = measures[measure]
  const turn = of.filter(name => name.includes(wanted))
  // Every other round the other way about.
  for (const target of round % 2 ? turn : turn.reverse()) {
    const [loadAverage] = loadavg()
    const place = { round, measure, target }
    try {
      const figures = await twice(place, () => take(target))
      runs.push({ ...place, loadAverage, values: figures })
      tell(place, brief(figures))
    } catch (error) {
      // One that fails costs its own row and not the run; the page says that it failed.
      failures.push({ ...place, error: error.message })
      tell(place, `failed: ${error.message}`)
    }
  }
}

/** On a machine that others use, too, something may go wrong by chance: it is tried once more. */
async function twice(place, take) {
  try {
    return await take()
  } catch (error) {
    tell(place, `failed, once more: ${error.message}`)
    return take()
  }
}

function tell({ round, measure, target }, text) {
  const minutes = ((performance.now() - started) / 60_000).toFixed(1).padStart(5)
  say(`${minutes} min, round ${round} of ${settings.rounds}, ${measure}, ${target}: ${text}`)
}

/** The peers' packages are no part of the repository's: only this command installs them. */
function prepare() {
  installPrograms({ 'redis-server': 'redis-server', nginx: 'nginx-core' })
  if (!existsSync('/usr/lib/nginx/modules/ngx_nchan_module.so')) {
    run('apt-get', ['install', '-y', '--no-install-recommends', 'libnginx-mod-nchan'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  installRuntimes()
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return
  say('Installing the peers (once) …')
  run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: folder })
}

function versions() {
  const { dependencies } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'))
  return dependencies
}

function redisVersion() {
  const [, version] = /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' })) ?? []
  return `Redis ${version}`
}

function brief(values) {
  return JSON.stringify(values, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(3)) : value))
}
