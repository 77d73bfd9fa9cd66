/**
 * What a session costs: looking one up from the copy in front of the store and from Redis, how many store operations the
 * copies save at a site's usual traffic, and opening, renewing and checking either kind.
 *
 *     npm run bench -- --sessions --write
 *
 * Prints a table; `--write` puts it into `docs/sessions.md`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { memoryStore } from 'scanlogin'
import { fromIoredis, redisStore } from 'scanlogin/redis'
import { jwtSessions, storedSessions } from 'scanlogin/session'
import { describeMachine } from '../machine.mjs'
import { startRedis } from '../redis.mjs'
import { quantiles } from '../statistics.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    people: { type: 'string', default: '2000' },
    /** Reads a second of all people together, in the traffic that the saving is measured with. */
    rate: { type: 'string', default: '2000' },
    write: { type: 'boolean', default: false },
    /** By which `npm run bench` finds the way here. */
    sessions: { type: 'boolean' },
  },
})
const [seconds, people, rate] = [values.seconds, values.people, values.rate].map(Number)

const user = n => ({ id: `user-${n}`, name: `User ${n}` })
const token = n => `a-token-of-the-benchmark-${n}`.padEnd(43, 'x')

const redis = await startRedis()
const client = new Redis(redis.url, { enableAutoPipelining: true })
const store = redisStore(fromIoredis(client))
try {
  const rows = [...(await lookUps()), ...(await work()), ...(await savings())]
  const text = report(rows)
  process.stdout.write(`${text}\n`)
  if (values.write) insert(text)
} finally {
  await store.close()
  client.disconnect()
  await redis.stop()
}

/** One after another, so that nothing but the look-up is measured. */
async function lookUps() {
  const copied = storedSessions({ store })
  const asked = storedSessions({ store, staleness: 0 })
  await copied.open(user(0), token(0))
  const hit = await times(20_000, () => copied.read(token(0)))
  const miss = await times(5000, () => asked.read(token(0)))
  return [
    ['look-up, from the copy', micros(hit)],
    ['look-up, from Redis', micros(miss)],
  ]
}

async function work() {
  const stored = storedSessions({ store })
  const signed = jwtSessions({ store, issuer: 'https://id.example.com' })
  const inMemory = jwtSessions({ store: memoryStore(), issuer: 'https://id.example.com' })
  let number = 1_000_000
  const opened = await times(2000, () => stored.open(user(++number), token(number)))
  const openedSigned = await times(2000, () => signed.open(user(++number), token(number)))
  let held = await signed.open(user(1), token(1))
  const renewed = await times(2000, async () => {
    held = await signed.renew(held.token)
  })
  let near = await inMemory.open(user(1), token(1))
  const checked = await times(5000, () => inMemory.read(near.access.token))
  near = await inMemory.renew(near.token)
  return [
    ['opening a stored session, Redis', micros(opened)],
    ['opening a signed session, Redis', micros(openedSigned)],
    ['renewing a signed session, Redis', micros(renewed)],
    ['checking a signed token, and that its session has not ended', micros(checked)],
  ]
}

/** People differ: of 100 reads about half come from a tenth of them. */
async function savings() {
  const sessions = storedSessions({ store })
  for (let n = 0; n < people; n++) await sessions.open(user(n), token(n))
  const commandsBefore = await commandCount()
  const loadsBefore = sessions.counts().loads
  const end = Date.now() + seconds * 1000
  let reads = 0
  while (Date.now() < end) {
    const tick = Date.now()
    const answers = []
    for (let n = 0; n < rate / 20; n++) answers.push(sessions.read(token(somebody())))
    reads += answers.length
    await Promise.all(answers)
    await pause(Math.max(0, 50 - (Date.now() - tick)))
  }
  const loads = sessions.counts().loads - loadsBefore
  const commands = (await commandCount()) - commandsBefore
  const cold = storedSessions({ store })
  await Promise.all(Array.from({ length: 1000 }, () => cold.read(token(0))))
  return [
    [
      `reads in ${seconds} s, ${rate.toLocaleString('en')} a second over ${people.toLocaleString('en')} people`,
      `${reads.toLocaleString('en')}, of which ${loads.toLocaleString('en')} asked Redis: ${share(1 - loads / reads)} saved`,
    ],
    ['Redis commands for them', commands.toLocaleString('en')],
    ['a thousand at once for a session that no copy is there of', `${cold.counts().loads} load`],
  ]
}

function somebody() {
  const tenth = Math.random() < 0.5
  return Math.floor(Math.random() * people * (tenth ? 0.1 : 1))
}

async function times(count, run) {
  const taken = []
  for (let n = 0; n < count; n++) {
    const start = performance.now()
    await run()
    taken.push((performance.now() - start) * 1000)
  }
  return quantiles(taken.slice(count / 10))
}

function micros({ p50, p99 }) {
  const shown = value => (value < 10 ? value.toFixed(1) : String(Math.round(value)))
  return `p50 ${shown(p50)} µs, p99 ${shown(p99)} µs`
}

async function commandCount() {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
}

function share(part) {
  return `${(part * 100).toFixed(1)} %`
}

function report(rows) {
  const { date, cpu, cores, node } = describeMachine()
  const table = rows.map(([what, figure]) => `| ${what} | ${figure} |`)
  return [`| ${date}, ${cpu}, ${cores} cores shared with others, Node ${node} | |`, '|---|---|', ...table].join('\n')
}

function insert(text) {
  const page = new URL('../../docs/sessions.md', import.meta.url)
  const [before, rest = ''] = readFileSync(page, 'utf8').split(/(?<=<!-- figures -->\n)/)
  writeFileSync(page, `${before}${text}\n${rest.slice(rest.indexOf('<!-- end -->'))}`)
}
