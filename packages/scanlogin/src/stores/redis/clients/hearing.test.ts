import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Hearing, keepHearing } from './hearing.ts'

let answers: boolean
let connected: boolean
let happened: string[]
let hearing: Hearing

beforeEach(() => {
  vi.useFakeTimers()
  answers = true
  connected = true
  happened = []
  hearing = keepHearing({
    connected: () => connected,
    ask() {
      happened.push('ask')
      return answers ? Promise.resolve() : new Promise(() => {})
    },
    replace: () => happened.push('replace'),
    again: () => happened.push('again'),
  })
})

afterEach(() => {
  hearing.stop()
  vi.useRealTimers()
})

describe('a connection that listens', () => {
  it('is asked every second, and as long as it answers nothing else happens', async () => {
    hearing.stands()
    await vi.advanceTimersByTimeAsync(4000)
    expect(happened).toEqual(['again', 'ask', 'ask', 'ask', 'ask'])
  })

  it('is replaced when it owes three answers, and the next one stands by its first answer', async () => {
    hearing.stands()
    answers = false
    await vi.advanceTimersByTimeAsync(4000)
    expect(happened).toEqual(['again', 'ask', 'ask', 'ask', 'replace'])
    answers = true
    await vi.advanceTimersByTimeAsync(2000)
    expect(happened.slice(5)).toEqual(['ask', 'again', 'ask'])
  })

  it('that answers again after a silence may have missed what was said meanwhile', async () => {
    hearing.stands()
    answers = false
    await vi.advanceTimersByTimeAsync(2000)
    answers = true
    await vi.advanceTimersByTimeAsync(2000)
    expect(happened).toEqual(['again', 'ask', 'ask', 'ask', 'again', 'ask'])
  })

  it('is left alone while it is not connected, for it comes back by itself', async () => {
    hearing.stands()
    connected = false
    await vi.advanceTimersByTimeAsync(10_000)
    expect(happened).toEqual(['again'])
  })

  it('is asked nothing more once it is closed', async () => {
    hearing.stop()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(happened).toEqual([])
  })
})
