/** What a store keeps, gives back and refuses. */
import type { Entry, Store } from '../../core/store.ts'
import { awkwardTexts, type Rule, rounds } from './trial.ts'

export const registerRules = {
  async 'has nothing under a key that was never written'(here, there, { key, same }) {
    same(await here.get(key), undefined)
    same(await there.get(key), undefined)
  },

  async 'gives back on either side what was written on one'(here, there, { key, entry, same }) {
    const [one, two] = [entry(1, 'one'), entry(2, 'two')]
    same(await here.put(key, one), true)
    same(await here.get(key), one)
    same(await there.get(key), one)
    same(await there.put(key, two), true)
    same(await here.get(key), two)
    same(await there.get(key), two)
  },

  async 'gives back text byte for byte'(here, there, { key, entry, same }) {
    for (const [index, text] of awkwardTexts.entries()) {
      await here.put(`${key}:${index}`, entry(1, text))
      same((await there.get(`${key}:${index}`))?.value, text)
    }
  },

  async 'holds 8 KiB of text'(here, there, { key, entry, same }) {
    const texts = ['a'.repeat(8192), '漢'.repeat(2730)]
    for (const [index, text] of texts.entries()) {
      await here.put(`${key}:${index}`, entry(1, text))
      same((await there.get(`${key}:${index}`))?.value, text)
    }
  },

  async 'keeps keys apart'(here, there, { key, entry, same }) {
    const long = `${key}${'-long'.repeat(20)}`
    const keys = [key, `${key}:a`, `${key}*`, key.toUpperCase(), `${long}1`, `${long}2`]
    for (const each of keys) same(await here.put(each, entry(1, each)), true)
    for (const each of keys) same((await there.get(each))?.value, each)
  },

  async 'refuses a first version over a live entry'(here, there, { key, entry, same }) {
    await here.put(key, entry(1))
    same(await here.put(key, entry(1)), false)
    same(await there.put(key, entry(1)), false)
    await here.put(key, entry(2))
    same(await there.put(key, entry(1)), false)
  },

  async 'tells a first writer who is refused of nothing but the live entry'(here, there, { key, entry, same }) {
    const told: Entry[] = []
    const seen = (present: Entry) => void told.push(present)
    const first = entry(1, 'first')
    same(await here.put(key, first, { seen }), true)
    same(told, [])
    same(await there.put(key, entry(1, 'second'), { seen }), false)
    // A store may say nothing.
    for (const present of told) same(present, first)
  },

  async 'refuses a version that was written before'(here, there, { key, entry, same }) {
    for (const version of [1, 2, 3]) await here.put(key, entry(version))
    same(await there.put(key, entry(3)), false)
    same(await there.put(key, entry(2)), false)
  },

  async 'replaces no other text than the one that was named'(here, there, { key, entry, same }) {
    await here.put(key, entry(1, 'one'))
    same(await there.put(key, entry(2, 'two'), { over: 'another' }), false)
    same(await there.put(key, entry(2, 'two'), { over: '' }), false)
    same((await here.get(key))?.value, 'one')
    same(await there.put(key, entry(2, 'two'), { over: 'one' }), true)
    for (const text of awkwardTexts) {
      const version = ((await here.get(key))?.version ?? 0) + 1
      const over = (await there.get(key))?.value ?? ''
      same(await here.put(key, entry(version, text), { over }), true)
    }
  },

  async 'refuses a version that leaves a gap'(here, there, { key, entry, same }) {
    same(await here.put(key, entry(2)), false)
    await here.put(key, entry(1))
    same(await there.put(key, entry(3)), false)
    same(await there.put(key, entry(2)), true)
  },

  async 'leaves the entry as it was when it refuses'(here, there, { key, entry, same }) {
    await there.put(key, entry(3, 'gap'))
    same(await here.get(key), undefined)
    const first = entry(1, 'first')
    await here.put(key, first)
    await there.put(key, entry(1, 'repeat', 2 * 60_000))
    await there.put(key, entry(3, 'gap', 2 * 60_000))
    same(await here.get(key), first)
    same(await there.get(key), first)
  },

  async 'lets one of many simultaneous first writers win'(here, there, { key, entry, same }) {
    for (let round = 1; round <= rounds; round++) {
      const winners = await race(here, there, `${key}:${round}`, writer => entry(1, writer))
      same(winners.length, 1)
      same((await there.get(`${key}:${round}`))?.value, winners[0])
    }
  },

  async 'lets one of many simultaneous writers win'(here, there, { key, entry, same }) {
    await here.put(key, entry(1))
    for (let version = 2; version <= rounds; version++) {
      const winners = await race(here, there, key, writer => entry(version, writer))
      same(winners.length, 1)
      same((await there.get(key))?.value, winners[0])
    }
  },
} satisfies Record<string, Rule>

/** Twenty-four writers at once, half of them on each node; the values of those who were told that they won. */
async function race(here: Store, there: Store, key: string, entryOf: (writer: string) => Entry): Promise<string[]> {
  const writers = Array.from({ length: 24 }, (_, index) => `writer ${index}`)
  const won = await Promise.all(writers.map((writer, index) => (index % 2 ? there : here).put(key, entryOf(writer))))
  return writers.filter((_, index) => won[index])
}
