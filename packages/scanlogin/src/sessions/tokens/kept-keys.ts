/**
 * Signing keys that the nodes of a fleet make and change by themselves, kept in the store. Each signs for a while; its
 * successor is published well before, so that whoever verifies has fetched it by then; and it stays published until the
 * last token that it signed has ended.
 *
 *     published ──ahead──▶ signs ──every──▶ only verifies ──overlap──▶ gone
 *
 * The private halves stand in the store as they are: who can read it can sign. Where that is too much, give the keys by
 * configuration.
 */
import { changeEntry } from '../../core/change-entry.ts'
import type { Clock } from '../../core/clock.ts'
import type { Entry, Store } from '../../core/store.ts'
import {
  generateKey,
  type KeyRing,
  type PrivateKey,
  type SigningAlgorithm,
  toSigningKey,
  toVerifyingKey,
} from './key-ring.ts'

export interface KeptKeysOptions {
  store: Store
  clock: Pick<Clock, 'now'>
  alg: SigningAlgorithm
  /** ms that a key signs. */
  every: number
  /** ms that a key stays published after it has signed last. */
  overlap: number
}

export interface DatedKey extends PrivateKey {
  /** ms since the epoch. */
  readonly signsFrom: number
  readonly signsUntil: number
}

export interface Rotation {
  readonly every: number
  readonly overlap: number
}

/** ms for which a node goes by what it has read; far less than a key is published ahead. */
const readEvery = 60_000

export function keptKeys({ store, clock, alg, every, overlap }: KeptKeysOptions): KeyRing {
  let known: Ring | undefined
  let loading: Promise<Ring> | undefined

  /** Another node may be writing too: whoever comes first decides for all. */
  async function load(): Promise<Ring> {
    const entry = await changeEntry(store, storeKey, async present => {
      const now = clock.now()
      const before = keysIn(present)
      const from = nextStart(before, now, every)
      if (from === undefined) return undefined
      const made = { ...(await generateKey(alg)), signsFrom: from, signsUntil: from + every }
      const keys = [...before.filter(key => key.signsUntil + overlap > now), made]
      return { expiresAt: made.signsUntil + overlap, value: JSON.stringify(keys) }
    })
    return toRing(keysIn(entry), clock.now())
  }

  async function toRing(keys: readonly DatedKey[], now: number): Promise<Ring> {
    const live = keys.filter(key => key.signsUntil + overlap > now)
    const signing = await Promise.all(live.map(async key => ({ ...key, signing: await toSigningKey(key) })))
    return { readAt: now, keys: signing, verifying: new Map(await Promise.all(live.map(toVerifyingKey))) }
  }

  async function renewed(): Promise<Ring> {
    try {
      known = await load()
      return known
    } catch (error) {
      // What was read is dated, and right until it ends: nobody need notice that the store is away.
      if (known) return known
      throw error
    } finally {
      loading = undefined
    }
  }

  async function current(): Promise<Ring> {
    if (known && clock.now() < known.readAt + readEvery) return known
    loading ??= renewed()
    return loading
  }

  return {
    async signing() {
      const { keys } = await current()
      const now = clock.now()
      const key = keys.find(key => signsAt(key, now)) ?? keys.at(-1)
      if (!key) throw new Error('A ring that was read has a key that signs')
      return key.signing
    },
    verifying: async () => (await current()).verifying,
  }
}

/** When the key that is missing begins to sign; `undefined` where none is missing. */
export function nextStart(keys: readonly DatedKey[], now: number, every: number): number | undefined {
  const last = Math.max(...keys.map(key => key.signsUntil))
  if (!keys.some(key => signsAt(key, now))) return now
  return last - now > aheadOf(every) ? undefined : last
}

/** ms that a key is published before it signs: a day, or a quarter of its life where that is less. */
export function aheadOf(every: number): number {
  return Math.min(86_400_000, every / 4)
}

interface Ring {
  readonly readAt: number
  readonly keys: readonly (DatedKey & { readonly signing: Awaited<ReturnType<typeof toSigningKey>> })[]
  readonly verifying: Awaited<ReturnType<KeyRing['verifying']>>
}

function keysIn(entry: Entry | undefined): readonly DatedKey[] {
  // Only `load` writes here.
  return entry ? JSON.parse(entry.value) : []
}

function signsAt({ signsFrom, signsUntil }: { signsFrom: number; signsUntil: number }, now: number): boolean {
  return signsFrom <= now && now < signsUntil
}

const storeKey = 'signing-keys'
