/** Outboxes that are broken on purpose, each in one way that is easily written; for every rule there is one that breaks it. */
import type { Also, Loan, Outbox } from '../../core/events/outbox.ts'
import type { OutboxRule, OutboxStore } from './rules.ts'

export interface BrokenOutbox {
  /** The rules that the suite has to find broken; it may find more. */
  readonly breaks: readonly OutboxRule[]
  open(real: OutboxStore): OutboxStore
}

export const brokenOutboxes: Record<string, BrokenOutbox> = {
  'forgets the events of a step': {
    breaks: ['has an event from the step on that wrote it, for every node'],
    open: real => writing(real, also => ({ ...also, events: [] })),
  },

  'lends the newest first': {
    breaks: ['keeps the order in which an entry was written'],
    open: real => lending(real, loan => ({ ...loan, events: [...loan.events].reverse() })),
  },

  'writes events before the step is known to be taken': {
    breaks: ['has no event of a step that was refused', 'has at a deadline either the step or the end, and never both'],
    open: real => ({
      ...real,
      async put(key, entry, only) {
        const written = await real.put(key, entry, only)
        if (!written && only?.also)
          await real.put(`${key}:${crypto.randomUUID()}`, { ...entry, version: 1 }, only.also && { also: only.also })
        return written
      },
    }),
  },

  'lets nothing fall due': {
    breaks: ['has what was left with an entry once its time has come, and once only'],
    open: real => writing(real, ({ events }) => ({ events })),
  },

  'leaves what is due where it is': {
    breaks: ['has what was left with an entry once its time has come, and once only'],
    open: real => {
      const told = new Set<string>()
      // Whoever looks next finds it once more.
      return lending(real, loan => {
        const again = loan.events.filter(event => event.endsWith(' over') && !told.has(event))
        for (const event of again) told.add(event)
        return again.length > 0 ? { events: loan.events, settle: () => loan.settle(0) } : loan
      })
    },
  },

  'keeps what was left with an entry when it is written again': {
    breaks: ['has nothing of what was left with an entry that was written again'],
    open: real => ({
      ...real,
      async put(key, entry, only) {
        const { later, events = [] } = only?.also ?? {}
        const written = await real.put(key, entry, { ...only, also: { events } })
        const apart = { ...entry, version: 1 }
        if (written && later) await real.put(`${key}:later:${entry.version}`, apart, { also: { events: [], later } })
        return written
      },
    }),
  },

  'lends to whoever asks': {
    breaks: ['lends a part to one node at a time'],
    open: real => outboxOf(real, { take: (part, most) => real.outbox.take(part, most, 0) }),
  },

  'believes who comes too late': {
    breaks: ['gives again what a node has not settled in its time, and believes that node no more'],
    open: real =>
      lending(real, loan => ({
        events: loan.events,
        async settle(count) {
          await loan.settle(count)
          return true
        },
      })),
  },

  'lends for ever': {
    breaks: ['gives again what a node has not settled in its time, and believes that node no more'],
    open: real => outboxOf(real, { take: (part, most) => real.outbox.take(part, most, 3_600_000) }),
  },

  'takes out all that it has lent': {
    breaks: ['takes out what was settled and nothing behind it'],
    open: real => lending(real, ({ events, settle }) => ({ events, settle: () => settle(events.length) })),
  },

  'says that nothing waits': {
    breaks: ['tells how many stand in a part'],
    open: real => outboxOf(real, { depth: async () => 0 }),
  },

  'rings for nobody': {
    breaks: ['rings for the node that wrote an event until it has heard enough'],
    open: real => outboxOf(real, { watch: () => () => {} }),
  },

  'rings for who has left': {
    breaks: ['rings for the node that wrote an event until it has heard enough'],
    open: real =>
      outboxOf(real, {
        watch(ring) {
          real.outbox.watch(ring)
          return () => {}
        },
      }),
  },
}

function writing(real: OutboxStore, change: (also: Also) => Also): OutboxStore {
  return {
    ...real,
    put: (key, entry, only) => real.put(key, entry, only?.also ? { ...only, also: change(only.also) } : only),
  }
}

function lending(real: OutboxStore, change: (loan: Loan) => Loan): OutboxStore {
  return outboxOf(real, {
    async take(part, most, lease) {
      const loan = await real.outbox.take(part, most, lease)
      return loan && change(loan)
    },
  })
}

function outboxOf(real: OutboxStore, changed: Partial<Outbox>): OutboxStore {
  return { ...real, outbox: { ...real.outbox, ...changed } }
}
