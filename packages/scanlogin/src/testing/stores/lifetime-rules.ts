/** How long entries live, by whose time, and how a store itself comes to its end. */
import type { Rule } from './trial.ts'

/** ms of life of an entry that a rule waits for the end of: a store without a clock of its own waits as long. */
export const brief = 300

export const lifetimeRules = {
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

  async 'refuses a write whose time is over, as if somebody had been first'(here, there, { key, entry, same }) {
    await here.put(key, entry(1))
    const { expiresAt: past } = entry(1, '', -brief)
    same(await there.put(key, entry(2), { before: past }), false)
    same((await here.get(key))?.version, 1)
    same(await there.put(key, entry(2), { before: past + 60_000 }), true)
  },

  async 'tells on each node the time that entries end by'(here, there, { key, entry, pass, same }) {
    const times = [here.now?.(), there.now?.()].filter(time => time !== undefined)
    for (const [node, time] of times.entries()) {
      await here.put(`${key}:${node}:long`, { ...entry(1), expiresAt: time + 60_000 })
      await here.put(`${key}:${node}:brief`, { ...entry(1), expiresAt: time + brief })
    }
    await pass(brief)
    for (const node of times.keys()) {
      same((await here.get(`${key}:${node}:long`))?.version, 1)
      same(await here.get(`${key}:${node}:brief`), undefined)
    }
  },

  async 'can be closed twice'(_here, there) {
    await there.close()
    await there.close()
  },
} satisfies Record<string, Rule>
