import { memoryStore, type Store } from 'scanlogin'
import { describe, expect, it } from 'vitest'
import { createHistories } from './histories.ts'
import { added, nothing, textOf } from './history.ts'
import { createLifetimes } from './lifetimes.ts'
import { type Line, lineOf } from './line.ts'
import { createPseudonyms } from './pseudonyms.ts'
import { storyOf } from './story.ts'

const noon = 1_795_262_400_000
const mark = 'abcdefghijkl'

const line = (type: Line['type'], seconds = 0, more: Partial<Line> = {}): Line => {
  return { at: noon + seconds * 1000, type, node: 'one:1', ...more }
}

describe('the history of a ticket', () => {
  it('keeps its beginning and its end in less than an entry of a store, whatever was refused between', () => {
    const reasons = ['x'.repeat(200)]
    let history = added(nothing, { lines: [line('created'), line('scanned', 1)] })
    for (let n = 0; n < 100; n++) {
      history = added(history, { lines: [line('refused', 2 + n, { code: 'wrong_state', reasons })] })
    }
    history = added(history, { lines: [line('denied', 200)] })
    expect(history.lines.map(({ type }) => type).filter(type => type !== 'refused')).toEqual([
      'created',
      'scanned',
      'denied',
    ])
    expect(Buffer.byteLength(textOf(history))).toBeLessThanOrEqual(8192)
    expect(history.lines.length + history.left).toBe(103)
  })

  it('is in the order of time, whichever node wrote first', () => {
    const late = added(nothing, { lines: [line('scanned', 5)] })
    expect(added(late, { lines: [line('created')] }).lines.map(({ type }) => type)).toEqual(['created', 'scanned'])
  })

  it('ends when the latest state that is known of does', () => {
    const scanned = added(nothing, { id: 'X', ends: { version: 2, at: noon + 120_000 }, lines: [] })
    const confirmed = added(scanned, { ends: { version: 3, at: noon + 45_000 }, lines: [] })
    expect(added(confirmed, { ends: { version: 1, at: noon + 60_000 }, lines: [] })).toMatchObject({
      id: 'X',
      ends: { version: 3, at: noon + 45_000 },
    })
  })

  it('has nothing of a person but a pseudonym', () => {
    const event = { type: 'scanned', at: noon, ticket: mark, user: 'alice', address: '203.0.113.7' } as const
    expect(lineOf(event, { node: 'one:1', user: 'p' })).toEqual({ type: 'scanned', at: noon, node: 'one:1', user: 'p' })
  })

  it('does not name the holder of a ticket where somebody else has scanned it', () => {
    const event = { type: 'contended', at: noon, ticket: mark, user: 'alice', verdict: 'allow' } as const
    expect(lineOf(event, { node: 'one:1', user: 'p' })).toEqual({ type: 'contended', at: noon, node: 'one:1' })
  })
})

describe('the story of a ticket', () => {
  const ends = { version: 1, at: noon + 120_000 }
  const of = (lines: readonly Line[], now = noon + 10_000) => storyOf(mark, { id: 'X', ends, lines, left: 0 }, now)

  it.each([
    ['redeemed', {}, 'collected'],
    ['denied', { because: 'denied_on_phone' }, 'denied_on_phone'],
    ['denied', { because: 'check_code' }, 'check_code'],
    ['cancelled', {}, 'browser'],
    ['cancelled', { by: 'key' }, 'operator'],
    ['forged_codes', { count: 5 }, 'forged_codes'],
  ] as const)('that ends as %s with %o says that the cause was %s', (type, more, cause) => {
    const { end, revocable, expires_in } = of([line('created'), line(type, 3, more)])
    expect(end).toEqual({ at: noon + 3000, cause })
    expect({ revocable, expires_in }).toEqual({ revocable: false, expires_in: null })
  })

  it('is expired when the clock says so, though nobody has written it', () => {
    expect(of([line('created')])).toMatchObject({ state: 'pending', end: null, expires_in: 110, revocable: true })
    const late = of([line('created')], ends.at)
    expect(late).toMatchObject({ state: 'expired', end: { at: ends.at, cause: 'time_over' }, revocable: false })
  })

  it('tells a phone that confirms from a browser that types its code', () => {
    const actors = (lines: readonly Line[]) => of(lines).lines.map(({ actor }) => actor)
    expect(actors([line('created'), line('scanned'), line('confirmed')])).toEqual(['browser', 'phone', 'phone'])
    expect(actors([line('verifying'), line('confirmed')])).toEqual(['phone', 'browser'])
    expect(actors([line('refused', 0, { call: 'confirm' }), line('refused', 0, { call: 'redeem' })])).toEqual([
      'phone',
      'browser',
    ])
  })
})

describe('a pseudonym', () => {
  it('is the same on every node of a store, and another in another store', async () => {
    const store = memoryStore()
    const [one, other] = await Promise.all([createPseudonyms(store)(), createPseudonyms(store)()])
    const elsewhere = await createPseudonyms(memoryStore())()
    expect(one('alice')).toBe(other('alice'))
    expect(one('alice')).not.toBe(one('bob'))
    expect(elsewhere('alice')).not.toBe(one('alice'))
  })
})

describe('a history’s lifetime', () => {
  it('is an hour, and shorter the more sign-ins begin, but never shorter than a ticket’s', () => {
    let now = noon
    const lifetimes = createLifetimes(() => now)
    const begin = (count: number) => {
      for (let n = 0; n < count; n++) lifetimes.begun()
    }
    begin(100)
    expect(lifetimes.now()).toBe(60 * 60_000)
    begin(1900)
    expect(lifetimes.now()).toBe(25 * 60_000)
    begin(50_000)
    expect(lifetimes.now()).toBe(15 * 60_000)
    now += 2 * 60_000
    expect(lifetimes.now()).toBe(60 * 60_000)
  })
})

describe('the histories of a fleet', () => {
  const created = { type: 'created', at: noon, ticket: mark } as const

  /** Counts what is asked of the store. */
  function counted(store: Store) {
    const asked: string[] = []
    const get: Store['get'] = key => {
      asked.push(key)
      return store.get(key)
    }
    return { store: { ...store, get }, asked }
  }

  it('lose nothing where another node has written of the same ticket meanwhile', async () => {
    const store = memoryStore()
    const one = createHistories({ store, node: 'one:1' })
    const other = createHistories({ store, node: 'two:2' })
    one.onEvent(created)
    await one.read(mark)
    other.onEvent({ type: 'scanned', at: noon + 1, ticket: mark })
    await other.read(mark)
    // What this one has written last is not the last any more.
    one.onEvent({ type: 'verifying', at: noon + 2, ticket: mark })
    const history = await one.read(mark)
    expect(history?.lines.map(({ type, node }) => `${type} ${node}`)).toEqual([
      'created one:1',
      'scanned two:2',
      'verifying one:1',
    ])
  })

  it.each(['not_found', 'store_unavailable'] as const)(
    'are not opened, nor looked for, by calls for tickets that there are none of (%s)',
    async code => {
      const { store, asked } = counted(memoryStore())
      const histories = createHistories({ store, node: 'one:1' })
      const refused = { type: 'refused', at: noon, call: 'read', code } as const
      for (const ticket of ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']) histories.onEvent({ ...refused, ticket })
      histories.onEvent(created)
      histories.onEvent({ ...refused, ticket: mark })
      expect((await histories.read(mark))?.lines.map(({ type }) => type)).toEqual(['created', 'refused'])
      expect(asked.filter(key => key.includes('aaaaaaaaaaaa') || key.includes('bbbbbbbbbbbb'))).toEqual([])
    },
  )
})
