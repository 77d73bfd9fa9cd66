/**
 * The outbox in Redis, in parts that any node may take. Where one node has all keys there are sixteen of them; in a
 * cluster, where one step can touch one slot only, every slot is a part, and has the events of the tickets in it.
 */
import type { Also, Outbox } from '../../core/events/outbox.ts'
import type { Only } from '../../core/store.ts'
import type { Commands } from './commands.ts'
import { putFirstAlsoScript, putOverAlsoScript, settleScript, takeScript } from './outbox-scripts.ts'
import { slotCount, slotOf, tagOf } from './slots.ts'

export interface RedisOutbox extends Outbox {
  /** The put script's answer. `args` are those that every put has. */
  put(key: OutboxKey, args: readonly string[], over: Only['over'], also: Also): Promise<unknown>
}

export interface OutboxKey {
  readonly name: string
  /** Nothing was written there before. */
  readonly first: boolean
}

export interface RedisOutboxOptions {
  readonly commands: Commands
  readonly prefix: string
  /** Tells this process from others. */
  readonly node: string
  /** One node has all keys. */
  readonly whole: boolean
}

export function createRedisOutbox({ commands, prefix, node, whole }: RedisOutboxOptions): RedisOutbox {
  const parts = whole ? wholeParts : slotCount
  const rings = new Set<(part: number) => void>()
  let loans = 0

  function keysOf(part: number) {
    const start = `${prefix}outbox:{${whole ? part : tagOf(part)}}`
    return { list: `${start}:events`, due: `${start}:due`, texts: `${start}:texts`, loan: `${start}:loan` }
  }

  return {
    parts,
    round: whole ? 1000 : 10_000,

    async put({ name, first }, args, over, { events, later }) {
      const part = slotOf(name) % parts
      const { list, due, texts } = keysOf(part)
      const replaced = over === undefined ? ['', ''] : [over, '1']
      const rest = [...replaced, later ? String(later.at) : '', later?.event ?? '', ...events]
      const script = first ? putFirstAlsoScript : putOverAlsoScript
      const written = await commands.run(script, [name, list, due, texts], [...args, ...rest])
      if (written === 1 && events.length > 0) for (const ring of rings) ring(part)
      return written
    },

    async take(part, most, lease) {
      const { list, due, texts, loan } = keysOf(part)
      const borrower = `${node}.${++loans}`
      const found = await commands.run(takeScript, [list, due, texts, loan], [borrower, String(lease), String(most)])
      if (!Array.isArray(found) || found.length === 0) return undefined
      return {
        events: found.map(String),
        settle: async count => (await commands.run(settleScript, [list, loan], [borrower, String(count)])) === 1,
      }
    },

    watch(ring) {
      rings.add(ring)
      return () => rings.delete(ring)
    },

    async depth(part) {
      const { list } = keysOf(part)
      return Number(await commands.send(list, ['LLEN', list]))
    },
  }
}

/** So that several processes can deliver at a time, and one event that nobody takes holds up few others. */
const wholeParts = 16
