import { describe, expect, it } from 'vitest'
import type { Entry, Ring, Store } from '../core/store.ts'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from './clock.ts'
import { allRules, findBreaches, storeSuite } from './store-suite.ts'
import { brokenStores } from './stores/broken-stores.ts'

describe('the store suite', () => {
  for (const [name, { breaks, open }] of Object.entries(brokenStores)) {
    it(`rejects a store that ${name}`, async () => {
      const breaches = await findBreaches(() => {
        const clock = createClock()
        const handles = open(memoryStore({ clock }), memoryStore({ clock }))
        return { ...handles, pass: clock.advance, now: clock.now, patience: 20 }
      })
      expect(breaches.map(({ rule }) => rule)).toEqual(expect.arrayContaining([...breaks]))
    })
  }

  it('has no rule that no store breaks', () => {
    const broken = new Set(Object.values(brokenStores).flatMap(({ breaks }) => breaks))
    expect(allRules().filter(rule => !broken.has(rule))).toEqual([])
  })

  for (const [name, open] of Object.entries(goodStores)) {
    it(`finds nothing wrong with a store ${name}`, async () => {
      const breaches = await findBreaches(() => {
        const clock = createClock()
        const handles = open(memoryStore({ clock }))
        return { ...handles, pass: clock.advance, now: clock.now }
      })
      expect(breaches).toEqual([])
    })
  }

  it('says what it found and what the rule wants', async () => {
    const store = memoryStore()
    const refusing = { ...store, put: async () => false }
    const [breach] = await findBreaches(() => ({ here: refusing, there: refusing, pass: async () => {}, patience: 1 }))
    expect(breach?.rule).toBe('gives back on either side what was written on one')
    expect(breach?.cause).toMatchObject({ message: 'found false, where the rule wants true' })
  })

  it('leaves out a rule only for a reason', () => {
    const [kept] = registered({})
    expect(kept).toEqual(allRules())
    expect(registered({ 'can be closed twice': 'The driver throws.' })[0]).toEqual(
      allRules().filter(rule => rule !== 'can be closed twice'),
    )
    expect(() => registered({ 'can be closed twice': ' ' })).toThrow(TypeError)
    expect(() => registered({ 'is fast': 'It is not.' })).toThrow(TypeError)
  })

  it('closes both handles of a store', async () => {
    let open = 0
    await findBreaches(() => {
      const handle = () => {
        const store = memoryStore()
        open++
        let closed = false
        const close = async () => {
          if (!closed) open--
          closed = true
        }
        return { ...store, close }
      }
      return { here: handle(), there: handle(), pass: async () => {}, patience: 1 }
    })
    expect(open).toBe(0)
  })
})

/** Right, each in its own way: a suite that asks for more than the contract is as bad as one that asks for less. */
const goodStores: Record<string, (real: Store) => { here: Store; there: Store }> = {
  'in one process': both,
  'of two nodes whose answers and rings take their time': real => ({ here: distant(real), there: distant(real) }),
  'whose rings carry nothing': real => both({ ...real, watch: (key, ring) => real.watch(key, () => ring()) }),
  'that rings too often': real => both({ ...real, watch: (key, ring) => real.watch(key, insistent(ring)) }),
  'that does not tell its time': ({ get, put, watch, close }) => both({ get, put, watch, close }),
}

function both(store: Store) {
  return { here: store, there: store }
}

/** Rings with, without and once more with what was written. */
function insistent(ring: Ring): Ring {
  return written => {
    ring(written)
    ring()
    ring(written)
  }
}

/** A node that reaches the store over a wire: there and back take a millisecond each. */
function distant(store: Store): Store {
  const way = () => new Promise<void>(resolve => setTimeout(resolve, 1))
  const overTheWire = async <T>(call: () => Promise<T>) => {
    await way()
    const answer = await call()
    await way()
    return answer
  }
  let closed = false
  return {
    get: key => overTheWire(() => store.get(key)),
    put: (key, entry, only) => overTheWire(() => store.put(key, entry, only)),
    async watch(key, ring) {
      let gone = false
      const hear = (written?: Entry | 'late') => gone || closed || ring(written)
      const { entry, stop } = await overTheWire(() => store.watch(key, written => void way().then(() => hear(written))))
      return {
        entry,
        stop() {
          gone = true
          stop()
        },
      }
    },
    async close() {
      closed = true
    },
  }
}

/** The titles that a run registers, and the name it stands under. */
function registered(exceptions: object): [titles: string[], name: string] {
  const titles: string[] = []
  let name = ''
  storeSuite('some store', {
    describe(title, body) {
      name = title
      body()
    },
    it: title => titles.push(title),
    open: () => expect.unreachable(),
    exceptions,
  })
  return [titles, name]
}
