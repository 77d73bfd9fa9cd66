/** The nearest level: what this process has read last. What is not there is kept too, for a shorter time. */
import { createLookup } from 'scanlogin/expiry'

export interface Copies<Value> {
  find(key: string): Promise<Value | undefined>
  forget(key: string): void
  counts(): { readonly copies: number; readonly loads: number }
}

export interface CopiesOptions<Value> {
  load: (key: string) => Promise<Value | undefined>
  clock: { now(): number }
  /** Seconds. */
  staleness: number
  /** Seconds that something is taken for absent. */
  absence: number
  /** Most copies at a time. */
  most: number
  random: () => number
}

interface Copy<Value> {
  readonly value: Value | undefined
  readonly askedAt: number
}

export function createCopies<Value>({ load, clock, absence, ...options }: CopiesOptions<Value>): Copies<Value> {
  const lookup = createLookup<Copy<Value>>({
    ...options,
    clock,
    async load(key) {
      const askedAt = clock.now()
      return { value: await load(key), askedAt }
    },
  })
  const renewed = new WeakSet<Copy<Value>>()

  return {
    async find(key) {
      const copy = await lookup.find(key)
      if (!copy || copy.value !== undefined || clock.now() - copy.askedAt < absence * 1000) return copy?.value
      // The first to find it too old asks again, and the others wait for the same answer.
      if (!renewed.has(copy)) lookup.forget(key)
      renewed.add(copy)
      return (await lookup.find(key))?.value
    },
    forget: lookup.forget,
    counts: lookup.counts,
  }
}
