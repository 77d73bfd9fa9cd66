/**
 * How late it is known that a ticket has expired: by Redis's own expired-key events, and by the outbox, each beside other
 * keys that live on. The events come when Redis happens to look at a key; the outbox is looked at every second.
 *
 *     npm run bench -- --expiry
 *
 * Takes under two minutes, and prints a table.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { startRelay } from 'scanlogin/outbox'
import { fromIoredis, redisStore } from 'scanlogin/redis'
import { describeMachine } from '../machine.mjs'
import { startRedis } from '../redis.mjs'
import { quantiles } from '../statistics.mjs'

const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '5000' },
    others: { type: 'string', default: '500000' },
    /** How long somebody listens after the tickets are over. */
    seconds: { type: 'string', default: '30' },
    /** By which `npm run bench` finds the way here. */
    expiry: { type: 'boolean' },
  },
})
const [tickets, others, seconds] = [values.tickets, values.others, values.seconds].map(Number)

/** ms from now, so that all are written before the first is over; they end within one second. */
const lead = 5000
const spread = 1000

const redis = await startRedis()
const client = new Redis(redis.url, { enableAutoPipelining: true })
try {
  const alone = await byKeyEvents('alone')
  await fill()
  const beside = await byKeyEvents('beside')
  const sweep = await byOutbox()
  process.stdout.write(
    report([
      [`expired-key events, ${tickets} tickets alone`, alone],
      [`expired-key events, beside ${others} other keys`, beside],
      [`outbox, beside ${others} other keys`, sweep],
    ]),
  )
} finally {
  client.disconnect()
  await redis.stop()
}

/** Sessions and the like: an hour to live, and nobody reads them. */
async function fill() {
  for (let from = 0; from < others; from += 10_000) {
    const pipeline = client.pipeline()
    for (let n = from; n < Math.min(others, from + 10_000); n++) {
      pipeline.set(`other:${n}`, 'x'.repeat(64), 'PX', 3_600_000 + Math.floor(Math.random() * 3_600_000))
    }
    await pipeline.exec()
  }
}

async function byKeyEvents(name) {
  await client.config('SET', 'notify-keyspace-events', 'Ex')
  const listener = client.duplicate()
  await listener.subscribe('__keyevent@0__:expired')
  const ends = new Map()
  const late = []
  listener.on('message', (_channel, key) => {
    const end = ends.get(key)
    if (end !== undefined) late.push(Date.now() - end)
  })
  const start = Date.now() + lead
  const pipeline = client.pipeline()
  for (let n = 0; n < tickets; n++) {
    const end = start + Math.floor((n * spread) / tickets)
    ends.set(`${name}:${n}`, end)
    pipeline.set(`${name}:${n}`, 'x'.repeat(300), 'PXAT', end)
  }
  await pipeline.exec()
  await pause(start + spread + seconds * 1000 - Date.now())
  listener.disconnect()
  await client.config('SET', 'notify-keyspace-events', '')
  return late
}

/** The way of every ticket: its end is left along with it, and a relay tells of it. */
async function byOutbox() {
  const store = redisStore(fromIoredis(client))
  await store.get('first')
  const late = []
  const ends = new Map()
  const tell = ({ id }) => late.push(store.now() - ends.get(id))
  const relay = startRelay({ store, to: [tell] })
  const start = store.now() + lead
  const writes = Array.from({ length: tickets }, (_, n) => {
    const at = start + Math.floor((n * spread) / tickets)
    ends.set(`evt_${n}_2`, at)
    const data = { ticket: String(n), version: 2, created_at: '' }
    const event = JSON.stringify({ id: `evt_${n}_2`, type: 'ticket.expired', timestamp: '', data })
    const entry = { version: 1, expiresAt: at + 600_000, value: 'x'.repeat(300) }
    return store.put(`t:${n}`, entry, { also: { events: [], later: { at, event } } })
  })
  await Promise.all(writes)
  const until = start + spread + seconds * 1000
  while (late.length < tickets && store.now() < until) await pause(100)
  await relay.stop()
  await store.close()
  return late
}

function report(rows) {
  const { date, cores, cpu, node } = describeMachine()
  const shown = rows.map(([name, late]) => {
    const { p50, p99, max } = quantiles(late)
    const time = ms => (ms === undefined ? '–' : `${(ms / 1000).toFixed(2)} s`)
    return `| ${name} | ${late.length} of ${tickets} | ${time(p50)} | ${time(p99)} | ${time(max)} |`
  })
  return `${date}, ${cores} cores, ${cpu}, Node ${node}

| | told within ${seconds} s | median | p99 | last |
|---|---|---|---|---|
${shown.join('\n')}
`
}
