/**
 * What a store promises, as sentences. Each rule gets two handles on one store: `here` and `there` stand for two
 * nodes, with a connection each. A rule throws when the store breaks it; `store-suite.ts` runs them.
 */
import type { Entry, Store } from '../core/store.ts'
import type { Trial } from './store-trial.ts'

export type Rule = (here: Store, there: Store, trial: Trial) => Promise<void>
export type StoreRule = keyof typeof storeRules

/** How often a rule tries what chance may decide. */
const rounds = 20
/** ms of life of an entry that a rule waits for the end of: a store without a clock of its own waits as long. */
const brief = 300

export const storeRules = {
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

  async 'refuses a version that was written before'(here, there, { key, entry, same }) {
    for (const version of [1, 2, 3]) await here.put(key, entry(version))
    same(await there.put(key, entry(3)), false)
    same(await there.put(key, entry(2)), false)
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

  async 'rings a subscriber on the node that wrote'(here, _there, { key, entry, bell }) {
    const { ring, rung } = bell()
    await here.subscribe(key, ring)
    await here.put(key, entry(1))
    await rung()
  },

  async 'rings a subscriber on another node'(here, there, { key, entry, bell }) {
    const { ring, rung } = bell()
    await there.subscribe(key, ring)
    await here.put(key, entry(1))
    await rung()
  },

  async 'rings for every write'(here, there, { key, entry, bell }) {
    const { ring, rung, forget } = bell()
    await there.subscribe(key, ring)
    for (const version of [1, 2, 3]) {
      await here.put(key, entry(version))
      await rung()
      forget()
    }
  },

  async 'rings when the write can be read, not before'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rung } = bell()
    const reads: Promise<Entry | undefined>[] = []
    await there.subscribe(key, () => {
      reads.push(there.get(key))
      ring()
    })
    await here.put(key, entry(1))
    await rung()
    await hush(here, there)
    const seen = await Promise.all(reads)
    same(seen.at(-1)?.version, 1)
  },

  async 'rings for a write that starts when subscribe has just resolved'(here, there, { key, entry, bell }) {
    for (let round = 1; round <= rounds; round++) {
      const { ring, rung } = bell()
      await there.subscribe(`${key}:${round}`, ring)
      await here.put(`${key}:${round}`, entry(1))
      await rung()
    }
  },

  async 'rings a subscriber for what its first look came too early to see'(here, there, { key, entry, bell }) {
    for (let round = 1; round <= rounds; round++) {
      const { ring, rung } = bell()
      const writing = here.put(`${key}:${round}`, entry(1))
      await there.subscribe(`${key}:${round}`, ring)
      const seen = await there.get(`${key}:${round}`)
      await writing
      if (!seen) await rung()
    }
  },

  async 'rings each of several subscribers'(here, there, { key, entry, bell }) {
    const bells = [bell(), bell(), bell()]
    for (const { ring } of bells) await there.subscribe(key, ring)
    await here.put(key, entry(1))
    for (const { rung } of bells) await rung()
  },

  async 'rings only those who listen to that key'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rings, rung, forget } = bell()
    for (const other of [`${key}:a`, `${key}*`, key.toUpperCase()]) await there.subscribe(other, ring)
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
    await there.subscribe(key, ring)
    await here.put(key, entry(1))
    await rung()
    await hush(here, there)
    forget()
    await here.put(key, entry(1))
    await here.put(key, entry(3))
    await hush(here, there)
    same(rings(), 0)
  },

  async 'keeps quiet towards who has unsubscribed'(here, there, { key, entry, bell, hush, same }) {
    const [gone, stays] = [bell(), bell()]
    const unsubscribe = await there.subscribe(key, gone.ring)
    await there.subscribe(key, stays.ring)
    unsubscribe()
    await here.put(key, entry(1))
    await stays.rung()
    await hush(here, there)
    same(gone.rings(), 0)
  },

  async 'rings who stays when another unsubscribes'(here, there, { key, entry, bell }) {
    const [gone, stays] = [bell(), bell()]
    await there.subscribe(key, stays.ring)
    const unsubscribe = await there.subscribe(key, gone.ring)
    unsubscribe()
    await here.put(key, entry(1))
    await stays.rung()
  },

  async 'takes unsubscribing twice as once'(here, there, { key, entry, bell }) {
    // The same function twice: taking the first subscription off again has to leave the second alone.
    const { ring, rung } = bell()
    const unsubscribe = await there.subscribe(key, ring)
    await there.subscribe(key, ring)
    unsubscribe()
    unsubscribe()
    await here.put(key, entry(1))
    await rung()
  },

  async 'rings who subscribes just when another leaves'(here, there, { key, entry, bell }) {
    for (let round = 1; round <= rounds; round++) {
      const [gone, comes] = [bell(), bell()]
      const unsubscribe = await there.subscribe(`${key}:${round}`, gone.ring)
      const coming = there.subscribe(`${key}:${round}`, comes.ring)
      unsubscribe()
      await coming
      await here.put(`${key}:${round}`, entry(1))
      await comes.rung()
    }
  },

  async 'keeps an entry as long as its time lasts'(here, there, { key, entry, pass, same }) {
    await here.put(key, entry(1))
    await pass(brief)
    same((await here.get(key))?.version, 1)
    same((await there.get(key))?.version, 1)
  },

  async 'forgets an entry when its time is over'(here, there, { key, entry, pass, same }) {
    await here.put(key, entry(1, 'brief', brief))
    await pass(brief)
    same(await here.get(key), undefined)
    same(await there.get(key), undefined)
  },

  async 'begins again at version 1 when the time of an entry is over'(here, there, { key, entry, pass, same }) {
    await here.put(key, entry(1))
    await here.put(key, entry(2, 'brief', brief))
    await pass(brief)
    same(await there.put(key, entry(3)), false)
    same(await there.put(key, entry(1, 'again')), true)
    same((await here.get(key))?.value, 'again')
  },

  async 'lets a later write lengthen the time of an entry'(here, there, { key, entry, pass, same }) {
    await here.put(key, entry(1, 'brief', brief))
    same(await there.put(key, entry(2, 'long')), true)
    await pass(brief)
    same((await here.get(key))?.value, 'long')
  },

  async 'lets a later write shorten the time of an entry'(here, there, { key, entry, pass, same }) {
    await here.put(key, entry(1, 'long'))
    await there.put(key, entry(2, 'brief', brief))
    await pass(brief)
    same(await here.get(key), undefined)
  },

  async 'ends subscriptions silently when it closes'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rings, forget } = bell()
    const unsubscribe = await there.subscribe(key, ring)
    await hush(here, there)
    forget()
    await there.close()
    // The other node goes on. Where there is no other, what is closed may refuse to write, but it does not ring.
    await here.put(key, entry(1)).catch(() => false)
    if (here !== there) await hush(here, here)
    same(rings(), 0)
    // Who waited lets go afterwards, as always, and does not need to know that there is nothing left to let go of.
    unsubscribe()
  },

  async 'can be closed twice'(_here, there) {
    await there.close()
    await there.close()
  },
} satisfies Record<string, Rule>

const awkwardTexts = [
  '',
  ' \t\r\n ',
  'nul \u0000 and the other end \uffff',
  '"quotes" \\back\\slashes\\ \'and\' {"json":[1]}',
  'redis.call("GET") %s %d $1 *3\r\n$3\r\n',
  'é is not e\u0301, ﬁ is not fi',
  '扫码登录 👩‍👩‍👧‍👦 עברית \u202e',
  '[1e400,-0,1.0]',
]

/** Twenty-four writers at once, half of them on each node; the values of those who were told that they won. */
async function race(here: Store, there: Store, key: string, entryOf: (writer: string) => Entry): Promise<string[]> {
  const writers = Array.from({ length: 24 }, (_, index) => `writer ${index}`)
  const won = await Promise.all(writers.map((writer, index) => (index % 2 ? there : here).put(key, entryOf(writer))))
  return writers.filter((_, index) => won[index])
}
