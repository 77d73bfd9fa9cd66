/** Whom a write rings for, when, and what a ring may carry. */
import type { Entry } from '../../core/store.ts'
import { awkwardTexts, type Rule, rounds } from './trial.ts'

export const ringRules = {
  async 'rings a watcher on the node that wrote'(here, _there, { key, entry, bell }) {
    const { ring, rung } = bell()
    await here.watch(key, ring)
    await here.put(key, entry(1))
    await rung()
  },

  async 'rings a watcher on another node'(here, there, { key, entry, bell }) {
    const { ring, rung } = bell()
    await there.watch(key, ring)
    await here.put(key, entry(1))
    await rung()
  },

  async 'rings for every write'(here, there, { key, entry, bell }) {
    const { ring, rung, forget } = bell()
    await there.watch(key, ring)
    for (const version of [1, 2, 3]) {
      await here.put(key, entry(version))
      await rung()
      forget()
    }
  },

  async 'rings when the write can be read, not before'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rung } = bell()
    const reads: Promise<Entry | undefined>[] = []
    await there.watch(key, () => {
      reads.push(there.get(key))
      ring()
    })
    await here.put(key, entry(1))
    await rung()
    await hush(here, there)
    const seen = await Promise.all(reads)
    same(seen.at(-1)?.version, 1)
  },

  async 'rings only those who watch that key'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rings, rung, forget } = bell()
    for (const other of [`${key}:a`, `${key}*`, key.toUpperCase()]) await there.watch(other, ring)
    await here.put(`${key}:a`, entry(1))
    await rung()
    await hush(here, there)
    forget()
    await here.put(key, entry(1))
    await hush(here, there)
    same(rings(), 0)
  },

  async 'rings nobody when it refuses'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rings, rung, forget } = bell()
    await there.watch(key, ring)
    await here.put(key, entry(1))
    await rung()
    await hush(here, there)
    forget()
    await here.put(key, entry(1))
    await here.put(key, entry(3))
    await hush(here, there)
    same(rings(), 0)
  },

  async 'rings each of many watchers, on both nodes'(here, there, { key, entry, bell }) {
    const bells = Array.from({ length: 2 * rounds }, bell)
    for (const [index, { ring }] of bells.entries()) await (index % 2 ? there : here).watch(key, ring)
    await here.put(key, entry(1))
    for (const { rung } of bells) await rung()
  },

  async 'carries with a ring nothing but what was written under that key'(
    here,
    there,
    { key, entry, bell, hush, same },
  ) {
    const { ring, carried } = bell()
    for (const node of [here, there]) await node.watch(key, ring)
    const written = new Map<number, Entry>()
    for (const [index, text] of [...awkwardTexts, '漢'.repeat(2730)].entries()) {
      const version = index + 1
      const [first, second] = index % 2 ? [here, there] : [there, here]
      const rivals = [entry(version, text, version * 60_000), entry(version, 'rival', version * 61_000)] as const
      await here.put(`${key}:beside`, entry(version, 'beside'))
      const [won] = await Promise.all([first.put(key, rivals[0]), second.put(key, rivals[1])])
      written.set(version, rivals[won ? 0 : 1])
    }
    for (const node of [here, there]) await hush(here, node).then(() => hush(there, node))
    for (const each of carried()) same(each, written.get(each.version))
  },

  async 'carries with a ring nothing newer than what it gives'(here, there, { key, entry, hush, same }) {
    const readings: Promise<{ carried: Entry; given: (Entry | undefined)[] }>[] = []
    async function read(carried: Entry) {
      return { carried, given: await Promise.all([here.get(key), there.get(key)]) }
    }
    for (const node of [here, there]) {
      await node.watch(key, carried => void (typeof carried === 'object' && readings.push(read(carried))))
    }
    for (let version = 1; version <= rounds; version++) await here.put(key, entry(version))
    for (const node of [here, there]) await hush(here, node)
    for (const { carried, given } of await Promise.all(readings)) {
      for (const each of given) same(Math.min(each?.version ?? 0, carried.version), carried.version)
    }
  },
} satisfies Record<string, Rule>
