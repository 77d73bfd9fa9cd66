/** What an outbox promises, as sentences; `here` and `there` are two nodes of one store. `suite.ts` runs them. */
import type { Outbox } from '../../core/events/outbox.ts'
import type { Store } from '../../core/store.ts'
import type { Trial } from '../stores/trial.ts'

export type OutboxStore = Store & { readonly outbox: Outbox }
export type OutboxRule = keyof typeof outboxRules

type Rule = (here: OutboxStore, there: OutboxStore, trial: Trial) => Promise<void>

export const outboxRules = {
  async 'has an event from the step on that wrote it, for every node'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    same(await here.put(key, entry(2), { also: { events: [`${key} one`, `${key} two`] } }), true)
    same(await drain(there, part, key), [`${key} one`, `${key} two`])
    same(await drain(here, part, key), [])
  },

  async 'keeps the order in which an entry was written'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    const versions = Array.from({ length: 9 }, (_, index) => index + 2)
    for (const version of versions) {
      const node = version % 2 ? here : there
      await node.put(key, entry(version), { also: { events: [`${key} ${version}`] } })
    }
    const expected = versions.map(version => `${key} ${version}`)
    same(await drain(here, part, key), expected)
  },

  async 'has no event of a step that was refused'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    const also = { events: [`${key} never`], later: { at: 0, event: `${key} never` } }
    same(await there.put(key, entry(1), { also }), false)
    same(await there.put(key, entry(3), { also }), false)
    same(await there.put(key, entry(2), { over: 'another', also }), false)
    same(await there.put(key, entry(2), { before: 0, also }), false)
    same(await drain(here, part, key), [])
  },

  async 'has what was left with an entry once its time has come, and once only'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    const later = { at: timeOf(entry(2)) + 1000, event: `${key} over` }
    await here.put(key, entry(2), { also: { events: [], later } })
    same(await drain(there, part, key), [])
    await trial.pass(1300)
    const found = await Promise.all([here, there, here, there].map(node => drain(node, part, key)))
    same([...found.flat(), ...(await drain(here, part, key))], [`${key} over`])
  },

  async 'has nothing of what was left with an entry that was written again'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    const left = (name: string, later: number) => {
      return { also: { events: [], later: { at: timeOf(entry(1)) + later, event: `${key} ${name}` } } }
    }
    await here.put(key, entry(2), left('over', 300))
    await there.put(key, entry(3), left('over later', 59_000))
    await trial.pass(600)
    same(await drain(here, part, key), [])
    await here.put(key, entry(4), left('over', 300))
    await there.put(key, entry(5), { also: { events: [`${key} ended`] } })
    await trial.pass(600)
    same(await drain(here, part, key), [`${key} ended`])
  },

  async 'has at a deadline either the step or the end, and never both'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    const at = timeOf(entry(2)) + 300
    await here.put(key, entry(2), { also: { events: [], later: { at, event: `${key} over` } } })
    await trial.pass(400)
    same(await there.put(key, entry(3), { before: at, also: { events: [`${key} late`] } }), false)
    await trial.pass(300)
    same(await drain(there, part, key), [`${key} over`])
  },

  async 'lends a part to one node at a time'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    await here.put(key, entry(2), { also: { events: [`${key} one`] } })
    const loan = await here.outbox.take(part, 100, 60_000)
    same(loan?.events.includes(`${key} one`), true)
    same(await there.outbox.take(part, 100, 60_000), undefined)
    same(await here.outbox.take(part, 100, 60_000), undefined)
    same(await loan?.settle(0), true)
    same(await drain(there, part, key), [`${key} one`])
  },

  async 'gives again what a node has not settled in its time, and believes that node no more'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    await here.put(key, entry(2), { also: { events: [`${key} one`] } })
    const loan = await here.outbox.take(part, 100, 300)
    await trial.pass(400)
    const again = await there.outbox.take(part, 100, 60_000)
    same(again?.events.includes(`${key} one`), true)
    same(await loan?.settle(loan.events.length), false)
    same(await again?.settle(0), true)
    same(await drain(there, part, key), [`${key} one`])
  },

  async 'takes out what was settled and nothing behind it'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    await here.put(key, entry(2), { also: { events: [`${key} one`, `${key} two`, `${key} three`] } })
    const loan = await here.outbox.take(part, 100, 60_000)
    await loan?.settle(loan.events.indexOf(`${key} one`) + 1)
    same(await drain(there, part, key), [`${key} two`, `${key} three`])
  },

  async 'tells how many stand in a part'(here, there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    const before = await there.outbox.depth(part)
    await here.put(key, entry(2), { also: { events: [`${key} one`, `${key} two`] } })
    same(await there.outbox.depth(part), before + 2)
  },

  async 'rings for the node that wrote an event until it has heard enough'(here, _there, trial) {
    const { key, entry, same } = trial
    const part = await begin(here, trial)
    const rung: number[] = []
    const stop = here.outbox.watch(part => rung.push(part))
    await here.put(key, entry(2), { also: { events: [`${key} one`] } })
    same(rung, [part])
    stop()
    await here.put(key, entry(3), { also: { events: [`${key} two`] } })
    same(rung, [part])
  },
} satisfies Record<string, Rule>

/** Writes the first version; gives the part that all events of the rule's entry stand in. */
async function begin(store: OutboxStore, { key, entry }: Trial): Promise<number> {
  let part: number | undefined
  const stop = store.outbox.watch(rung => {
    part = rung
  })
  await store.put(key, entry(1), { also: { events: [`${key} begun`] } })
  stop()
  if (part === undefined) throw new Error('nobody rang for an event')
  await drain(store, part, key)
  return part
}

/** The rule's events, taken out, in the order in which they come. */
async function drain({ outbox }: OutboxStore, part: number, key: string): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const loan = await outbox.take(part, 100, 60_000)
    if (!loan) return found.filter(event => event.startsWith(key))
    found.push(...loan.events)
    if (!(await loan.settle(loan.events.length))) throw new Error('what was lent could not be settled')
  }
}

/** A trial's entries live for a minute from now. */
function timeOf({ expiresAt }: { expiresAt: number }): number {
  return expiresAt - 60_000
}
