/** The checker of histories, held against histories whose verdict a person can see: a register that adds up. */
import { describe, expect, it } from 'vitest'
import { createRecorder, explain, type Recorded, tell } from './checker.ts'

type Call = 'add 1' | 'add 2' | 'take all' | 'read'

const never = Number.POSITIVE_INFINITY

const register = {
  start: 0,
  apply(sum: number, call: Call) {
    if (call === 'take all') return { answer: `${sum}`, next: 0 }
    const next = sum + (call === 'read' ? 0 : Number(call.slice(4)))
    return { answer: `${next}`, next }
  },
}

describe('a history is explained', () => {
  it('when there is nothing to explain', () => {
    expect(explain([], register)).toEqual([])
  })

  it('when one call follows the other', () => {
    expect(order(did('add 1', 0, 1, '1'), did('add 2', 2, 3, '3'), did('read', 4, 5, '3'))).toEqual([
      'add 1',
      'add 2',
      'read',
    ])
  })

  it('by another order than that of the calls, where they overlap', () => {
    expect(order(did('add 1', 0, 3, '3'), did('add 2', 1, 2, '2'))).toEqual(['add 2', 'add 1'])
  })

  it('when a read that overlaps a change has seen it, and a read that comes later too', () => {
    expect(order(did('add 1', 0, 5, '1'), did('read', 1, 2, '1'), did('read', 3, 4, '1'))).toBeDefined()
  })

  it('after a way that turned out to be a dead end', () => {
    const calls = [did('add 1', 0, 9, '4'), did('add 2', 1, 8, '2'), did('add 1', 2, 7, '3'), did('read', 3, 6, '2')]
    expect(order(...calls)).toEqual(['add 2', 'read', 'add 1', 'add 1'])
  })

  it('by a call of unknown outcome that happened', () => {
    expect(order(unknown('add 2', 0, 1), did('read', 2, 3, '2'))).toEqual(['add 2', 'read'])
  })

  it('by a call of unknown outcome that did not happen', () => {
    expect(order(unknown('add 2', 0, 1), did('read', 2, 3, '0'))).toEqual(['read'])
  })

  it('by a call without an end that happened late', () => {
    expect(order(unknown('add 2', 0, never), did('read', 1, 2, '0'), did('read', 3, 4, '2'))).toEqual([
      'read',
      'add 2',
      'read',
    ])
  })

  it('when a failed call overlaps the read that did not see it yet', () => {
    expect(order(unknown('add 2', 0, 3), did('read', 1, 2, '0'), did('read', 4, 5, '2'))).toBeDefined()
  })
})

describe('a history is not explained', () => {
  it('when a read misses a change that was over before it', () => {
    expect(order(did('add 1', 0, 1, '1'), did('read', 2, 3, '0'))).toBeUndefined()
  })

  it('when two calls have both won', () => {
    const calls = [did('add 1', 0, 1, '1'), did('take all', 2, 5, '1'), did('take all', 3, 4, '1')]
    expect(order(...calls)).toBeUndefined()
  })

  it('when a change was lost', () => {
    expect(order(did('add 1', 0, 2, '1'), did('add 1', 1, 3, '1'), did('read', 4, 5, '1'))).toBeUndefined()
  })

  it('when a change was seen and then not any more', () => {
    expect(order(did('add 1', 0, 5, '1'), did('read', 1, 2, '1'), did('read', 3, 4, '0'))).toBeUndefined()
  })

  it('when a call of unknown outcome happened twice', () => {
    expect(order(unknown('add 2', 0, never), did('read', 1, 2, '4'))).toBeUndefined()
  })

  it('when a call of unknown outcome was seen and then not any more', () => {
    expect(order(unknown('add 2', 0, never), did('read', 1, 2, '2'), did('read', 3, 4, '0'))).toBeUndefined()
  })

  it('when a call takes effect after its caller was told that it had failed', () => {
    expect(order(unknown('add 2', 0, 1), did('read', 2, 3, '0'), did('read', 4, 5, '2'))).toBeUndefined()
  })

  it('when an answer comes before the call that alone could cause it', () => {
    expect(order(did('read', 0, 1, '2'), unknown('add 2', 2, never))).toBeUndefined()
  })
})

describe('a recorder', () => {
  it('writes down which calls overlapped and which had no answer', async () => {
    const { history, record } = createRecorder<Call>()
    const first = record('add 1', async () => '1')
    const second = record('read', async () => undefined)
    void record('add 2', () => new Promise(() => {}))
    await Promise.all([first, second])
    expect(history).toEqual([did('add 1', 0, 3, '1'), unknown('read', 1, 4), unknown('add 2', 2, never)])
    expect(tell(history)).toBe('0–3  "add 1" → 1\n1–4  "read" → ?\n2–Infinity  "add 2" → ?')
  })
})

function order(...history: Recorded<Call>[]): Call[] | undefined {
  return explain(history, register)?.map(({ call }) => call)
}

function did(call: Call, called: number, returned: number, answer: string): Recorded<Call> {
  return { call, called, returned, answer }
}

function unknown(call: Call, called: number, returned: number): Recorded<Call> {
  return { call, called, returned }
}
