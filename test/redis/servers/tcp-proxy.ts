/**
 * A stretch of network in front of Redis, with weather. What is held is not lost, because TCP sends again: it arrives
 * when the weather clears, even if who sent it has hung up long since.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { quietPort } from './child.ts'

export interface TcpProxy {
  readonly port: number
  /** Connections that stand at the moment. */
  connections(): number
  /** Bytes towards Redis that are held. */
  held(): number
  /** Fair weather: what was held goes on, in order. */
  pass(): Promise<void>
  /** Ends all connections, and takes no new ones. */
  refuse(): Promise<void>
  /** Resets all connections; new ones are welcome. */
  reset(which?: Kind): void
  /** Connections stand and nothing comes through, one way or both. */
  hold(direction?: Direction, which?: Kind): void
  /** Those that stand are forgotten, as by a firewall: nothing comes through ever again. New ones are welcome. */
  forget(which?: Kind): void
  /** New connections go to another Redis. */
  lead(target: number): void
  /** Every piece takes `ms`, and up to `spread` more. */
  delay(ms: number, spread?: number): void
  /** So many bytes at a time, with `ms` between. */
  trickle(bytes: number, ms: number): void
  stop(): Promise<void>
}

export type Direction = 'both' | 'towards redis' | 'from redis'
/** Those on which SUBSCRIBE was said, or the others. */
export type Kind = 'all' | 'subscribers' | 'commands'

interface Weather {
  held: Direction | 'none'
  which: Kind
  delay: number
  spread: number
  bytes: number
  pause: number
}

const fair: Weather = { held: 'none', which: 'all', delay: 0, spread: 0, bytes: Number.POSITIVE_INFINITY, pause: 0 }

export async function startProxy(target: number): Promise<TcpProxy> {
  const port = await quietPort()
  const lines = new Set<Line>()
  let weather = fair
  let end = target
  const server = createServer(client => {
    const line = createLine(client, end, () => weather)
    lines.add(line)
    line.over.then(() => lines.delete(line))
  })
  const listen = () => once(server.listen(port, '127.0.0.1'), 'listening')
  const change = (next: Partial<Weather>) => {
    weather = { ...fair, ...next }
    for (const { flow } of lines) flow()
  }
  const reset = (which: Kind = 'all') => {
    for (const line of lines) if (line.is(which)) line.reset()
  }
  async function refuse(): Promise<void> {
    reset()
    if (server.listening) await new Promise(resolve => server.close(resolve))
  }
  await listen()
  return {
    port,
    connections: () => [...lines].filter(({ hungUp }) => !hungUp()).length,
    held: () => [...lines].reduce((sum, line) => sum + line.held(), 0),
    async pass() {
      change({})
      if (!server.listening) await listen()
    },
    refuse,
    reset,
    hold: (held = 'both', which = 'all') => change({ held, which }),
    forget(which = 'all') {
      for (const line of lines) if (line.is(which)) line.forget()
    },
    lead(next) {
      end = next
    },
    delay: (delay, spread = 0) => change({ delay, spread }),
    trickle: (bytes, pause) => change({ bytes, pause }),
    stop: refuse,
  }
}

interface Line {
  readonly over: Promise<void>
  is(kind: Kind): boolean
  hungUp(): boolean
  held(): number
  flow(): void
  forget(): void
  reset(): void
}

function createLine(client: Socket, target: number, weather: () => Weather): Line {
  const redis = connect(target, '127.0.0.1')
  let subscribes = false
  let forgotten = false
  const is = (kind: Kind) => kind === 'all' || (kind === 'subscribers') === subscribes
  const blocked = (direction: Direction) => {
    const { held, which } = weather()
    return forgotten || ((held === 'both' || held === direction) && is(which))
  }
  const up = createPipe(client, redis, weather, () => blocked('towards redis'))
  const down = createPipe(redis, client, weather, () => blocked('from redis'))
  client.on('data', chunk => {
    subscribes ||= /\$9\r\nsubscribe\r\n/i.test(chunk.toString('latin1'))
  })
  // Redis that ends ends its client, unless that news is held too.
  const over = Promise.all([up.over, down.over]).then(() => {
    client.destroy()
    redis.destroy()
  })
  return {
    over,
    is,
    hungUp: () => client.destroyed,
    held: up.waiting,
    flow() {
      up.flow()
      down.flow()
    },
    forget() {
      forgotten = true
    },
    reset() {
      client.resetAndDestroy()
      redis.resetAndDestroy()
    },
  }
}

function createPipe(from: Socket, to: Socket, weather: () => Weather, blocked: () => boolean) {
  const queue: Buffer[] = []
  let flowing = false
  let ended = false
  let done = () => {}
  const over = new Promise<void>(resolve => {
    done = resolve
  })

  async function flow(): Promise<void> {
    if (flowing) return
    flowing = true
    while (queue.length > 0 && !blocked()) {
      const { delay, spread, bytes, pause } = weather()
      const wait = delay + Math.random() * spread + pause
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait))
      if (blocked()) break
      const chunk = queue.shift() ?? Buffer.alloc(0)
      if (chunk.length > bytes) queue.unshift(chunk.subarray(bytes))
      if (!to.destroyed) to.write(chunk.subarray(0, Math.min(bytes, chunk.length)))
    }
    flowing = false
    if (ended && queue.length === 0 && !blocked()) {
      to.end()
      done()
    }
  }

  from.on('data', chunk => {
    queue.push(chunk)
    flow()
  })
  from.on('error', () => {})
  from.on('close', () => {
    ended = true
    flow()
  })
  return { over, flow, waiting: () => queue.reduce((sum, { length }) => sum + length, 0) }
}
