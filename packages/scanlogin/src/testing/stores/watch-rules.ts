/** What who watches is given, and how watching begins and ends. */
import { brief } from './lifetime-rules.ts'
import { type Rule, rounds } from './trial.ts'

export const watchRules = {
  async 'gives who watches the live entry, whichever node wrote it'(here, there, { key, entry, bell, same }) {
    const { ring } = bell()
    for (const version of [1, 2, 3, 4]) {
      const written = entry(version)
      await (version % 2 ? here : there).put(key, written)
      same((await here.watch(key, ring)).entry, written)
      same((await there.watch(key, ring)).entry, written)
    }
  },

  async 'gives who watches nothing where there is nothing'(here, there, { key, bell, same }) {
    const { ring } = bell()
    same((await here.watch(key, ring)).entry, undefined)
    same((await there.watch(key, ring)).entry, undefined)
  },

  async 'gives who watches nothing where the time of an entry is over'(here, there, { key, entry, bell, pass, same }) {
    const { ring } = bell()
    await here.put(key, entry(1, 'brief', brief))
    await there.watch(key, ring)
    await pass(brief)
    same((await here.watch(key, ring)).entry, undefined)
    same((await there.watch(key, ring)).entry, undefined)
  },

  async 'leaves a key that is only watched as it was'(here, there, { key, entry, bell, same }) {
    const { ring } = bell()
    for (const node of [here, there]) await node.watch(key, ring)
    same(await here.get(key), undefined)
    same(await there.get(key), undefined)
    same(await here.put(key, entry(2)), false)
    same(await here.put(key, entry(1)), true)
    for (const node of [here, there]) await node.watch(key, ring)
    same(await there.put(key, entry(2)), true)
  },

  async 'rings who watches a key that does not exist yet'(here, there, { key, entry, bell }) {
    const bells = [bell(), bell()] as const
    await here.watch(key, bells[0].ring)
    await there.watch(key, bells[1].ring)
    await there.put(key, entry(1))
    for (const { rung } of bells) await rung()
  },

  async 'rings who has watched past the end of an entry'(here, there, { key, entry, bell, pass }) {
    const bells = [bell(), bell()] as const
    await here.put(key, entry(1, 'brief', brief))
    await here.watch(key, bells[0].ring)
    await there.watch(key, bells[1].ring)
    await pass(brief)
    await here.put(key, entry(1, 'again'))
    for (const { rung } of bells) await rung()
  },

  async 'rings for a write that starts when watch has just resolved'(here, there, { key, entry, bell }) {
    for (let round = 1; round <= rounds; round++) {
      const { ring, rung } = bell()
      await there.watch(`${key}:${round}`, ring)
      await here.put(`${key}:${round}`, entry(1))
      await rung()
    }
  },

  async 'gives who comes during a write what is written, or rings'(here, there, { key, entry, bell }) {
    for (let round = 1; round <= rounds; round++) {
      const { ring, rung } = bell()
      const writing = here.put(`${key}:${round}`, entry(1))
      const watch = await there.watch(`${key}:${round}`, ring)
      await writing
      if (!watch.entry) await rung()
    }
  },

  async 'gives what is written while somebody comes, or rings'(here, there, { key, entry, bell }) {
    await here.put(key, entry(1))
    for (let version = 2; version <= rounds; version++) {
      const { ring, rung } = bell()
      const coming = there.watch(key, ring)
      // Inside one process a write meets a reader only at a turn of the microtask queue: each round tries another.
      for (let turn = 2; turn < version; turn++) await undefined
      const writing = here.put(key, entry(version))
      const watch = await coming
      await writing
      if (watch.entry?.version !== version) await rung()
    }
  },

  async 'keeps quiet towards who has stopped watching'(here, there, { key, entry, bell, hush, same }) {
    const [gone, stays] = [bell(), bell()]
    const { stop } = await there.watch(key, gone.ring)
    await there.watch(key, stays.ring)
    stop()
    await here.put(key, entry(1))
    await stays.rung()
    await hush(here, there)
    same(gone.rings(), 0)
  },

  async 'rings who stays when another stops watching'(here, there, { key, entry, bell }) {
    const [gone, stays] = [bell(), bell()]
    await there.watch(key, stays.ring)
    const { stop } = await there.watch(key, gone.ring)
    stop()
    await here.put(key, entry(1))
    await stays.rung()
  },

  async 'takes stopping twice as once'(here, there, { key, entry, bell }) {
    // The same function twice: stopping the first watch again has to leave the second alone.
    const { ring, rung } = bell()
    const { stop } = await there.watch(key, ring)
    await there.watch(key, ring)
    stop()
    stop()
    await here.put(key, entry(1))
    await rung()
  },

  async 'rings who comes to watch just when another stops'(here, there, { key, entry, bell }) {
    for (let round = 1; round <= rounds; round++) {
      const [gone, comes] = [bell(), bell()]
      const { stop } = await there.watch(`${key}:${round}`, gone.ring)
      const coming = there.watch(`${key}:${round}`, comes.ring)
      stop()
      await coming
      await here.put(`${key}:${round}`, entry(1))
      await comes.rung()
    }
  },

  async 'rings who stops and watches again'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rung, forget } = bell()
    for (let version = 1; version <= rounds; version += 2) {
      const first = await there.watch(key, ring)
      first.stop()
      await here.put(key, entry(version))
      await hush(here, there)
      forget()
      const again = await there.watch(key, ring)
      same(again.entry?.version, version)
      await here.put(key, entry(version + 1))
      await rung()
      again.stop()
    }
  },

  async 'ends watches silently when it closes'(here, there, { key, entry, bell, hush, same }) {
    const { ring, rings, forget } = bell()
    const { stop } = await there.watch(key, ring)
    await hush(here, there)
    forget()
    await there.close()
    // The other node goes on. Where there is no other, what is closed may refuse to write, but it does not ring.
    await here.put(key, entry(1)).catch(() => false)
    if (here !== there) await hush(here, here)
    same(rings(), 0)
    // Who waited lets go afterwards, as always, and does not need to know that there is nothing left to let go of.
    stop()
  },
} satisfies Record<string, Rule>
