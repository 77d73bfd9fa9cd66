/**
 * Tickets in Redis or Valkey, for any number of server processes. A write is one command: compare, set, and a message to
 * those nodes only that have a browser waiting for the key. The message carries what was written, so hearing of a change
 * takes no read; and it is a hint, so losing every one of them costs seconds and never a login.
 */
import { LoginError } from '../../core/errors.ts'
import { toCrockford } from '../../core/secrets/encoding.ts'
import { systemRandom } from '../../core/secrets/random.ts'
import { type Entry, fleetKey, type Only, type Store } from '../../core/store.ts'
import { createListeners } from '../listeners.ts'
import { createCommands, deadline } from './commands.ts'
import { createRedisOutbox } from './outbox.ts'
import type { RedisPort } from './port.ts'
import { firstRecord, isStrange, readMessage, toEntry } from './record.ts'
import { createRounds } from './rounds.ts'
import { putScript, watchScript } from './scripts.ts'
import { createRedisTime } from './time.ts'

export interface RedisStoreOptions {
  /** Begins every key and channel, so that several fleets can share one Redis. Default `scanlogin:`. */
  prefix?: string
  /** Seconds within which every change is found whose message got lost. Default 5. */
  recheck?: number
  /**
   * Hears, at most once a minute, of a Redis key that holds something else than scanlogin writes there. It counts as no
   * entry. Default: nobody does.
   */
  onStrange?: (redisKey: string) => void
}

/** The port comes from `fromIoredis(client)` or `fromNodeRedis(client)`; the client stays its owner's to close. */
export function redisStore(port: RedisPort, options: RedisStoreOptions = {}): Store {
  const { prefix = 'scanlogin:', recheck = 5, onStrange = () => {} } = options
  if (!plain.test(prefix)) throw new TypeError('prefix may hold letters, digits and : . - _ only')
  if (!(recheck > 0)) throw new TypeError('recheck must be a number of seconds above 0')
  const node = toCrockford(systemRandom(5))
  const channels = `${prefix}node:`
  const listeners = createListeners()
  const time = createRedisTime(createCommands(port))
  // Within the second that a command has: who asks first is not refused because this node is new.
  const commands = createCommands({ send: (key, command) => starting.then(() => port.send(key, command)) })
  const rounds = port.whole ? createRounds(commands, listeners, recheck * 1000) : undefined
  const outbox = createRedisOutbox({ commands, prefix, node, whole: port.whole === true })
  let strangeAt = Number.NEGATIVE_INFINITY

  /** In braces, so that a cluster keeps all that belongs to a key in one slot. */
  const redisKey = (key: string) => `${prefix}{${plain.test(key) ? key : encodeURIComponent(key)}}`

  async function putFirst(name: string, entry: Entry, seen: Only['seen']): Promise<boolean> {
    const set = ['SET', name, firstRecord(entry), 'NX', 'GET', 'PXAT', String(entry.expiresAt + jitter())]
    const before = await commands.send(name, set)
    if (before === null) return true
    const present = entryIn(name, before)
    // A place that is kept for who waits, or something that is over.
    if (!present) return putOver(name, entry)
    seen?.(present)
    return false
  }

  async function putOver(name: string, entry: Entry, only: Only = {}): Promise<boolean> {
    const written = await runPut(name, entry, only)
    if (written === -1) {
      // Or this node has the wrong time, because another Redis has taken over.
      time.compare().catch(() => {})
      throw new LoginError('store_unavailable', { cause: new Error('The write came too late') })
    }
    return written === 1
  }

  async function runPut(name: string, { version, expiresAt, value }: Entry, only: Only): Promise<unknown> {
    await starting
    const { over, before = '', also } = only
    const until = time.now() + deadline - margin
    const args = [version, expiresAt, value, expiresAt + jitter(), until, channels, before].map(String)
    if (!also) return commands.run(putScript, [name], over === undefined ? args : [...args, over])
    return outbox.put({ name, first: version === 1 }, args, over, also)
  }

  function entryIn(name: string, text: unknown): Entry | undefined {
    if (isStrange(text) && performance.now() - strangeAt >= sayAgainAfter) {
      strangeAt = performance.now()
      onStrange(name)
    }
    return toEntry(text, time.now())
  }

  function hear(message: string): void {
    const hint = readMessage(message)
    if (hint) ring(hint.redisKey, hint.written)
  }

  function ring(name: string, written: Entry): void {
    rounds?.heard(name, written.version)
    listeners.notify(name, written)
  }

  function subscribed(): void {
    // Whatever was said while nobody listened is lost; everyone who waits reads again.
    listeners.notifyAll()
    time.compare().catch(() => {})
  }

  time.compare().catch(() => {})
  // Nobody is held up by a Redis that is not there: they are told by the first command.
  const starting = Promise.race([
    Promise.allSettled([time.known, port.subscribe(channels + node, hear, subscribed)]),
    new Promise(resolve => setTimeout(resolve, deadline / 2)),
  ])

  return {
    now: time.now,
    outbox,

    async get(key) {
      const name = redisKey(key)
      return entryIn(name, await commands.send(name, ['GET', name]))
    },

    async put(key, entry, only) {
      const name = redisKey(key)
      // A key that is not there is written by a plain SET, a third cheaper than the script.
      const written = await (entry.version === 1 && isPlain(only)
        ? putFirst(name, entry, only?.seen)
        : putOver(name, entry, only))
      // Who waits here need not wait for the message; it comes again, and does no harm.
      if (written) ring(name, entry)
      return written
    },

    async watch(key, listener) {
      const name = redisKey(key)
      const stop = listeners.add(name, listener)
      try {
        const text = await commands.run(watchScript, [name], [node, String(placeLifetime), mostNodes(key)])
        const entry = entryIn(name, text)
        if (!rounds) return { entry, stop }
        rounds.include(name, entry?.version ?? 0)
        return { entry, stop, certain: true, remote: true }
      } catch (error) {
        stop()
        throw error
      }
    },

    async close() {
      time.stop()
      rounds?.stop()
      listeners.clear()
      await starting
      await port.close()
    },
  }
}

function isPlain({ over, before, also }: Only = {}): boolean {
  return over === undefined && before === undefined && also === undefined
}

/** ms by which Redis has to be done before the caller gives up: two clocks are never quite the same. */
const margin = 100

/** ms */
const sayAgainAfter = 60_000

/** Characters that Redis keys and messages may hold as they are. */
const plain = /^[\w:.-]+$/

/** A ticket has one browser, and a message for every node that it ever asked would grow with the fleet. */
function mostNodes(key: string): string {
  return key.startsWith(fleetKey) ? '64' : '4'
}

/** ms that a place is kept for those who wait for a key that is not there yet. */
const placeLifetime = 60_000

/** Up to 30 s more in Redis than in truth, so that what was made together does not go together. */
function jitter(): number {
  return Math.floor(Math.random() * 30_000)
}
