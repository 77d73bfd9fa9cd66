/** What earlier versions have kept in their stores, opened as it was: in memory, and in a Redis. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { memoryStore, type Store, systemClock } from '../../packages/scanlogin/src/index.ts'
import { redisStore } from '../../packages/scanlogin/src/redis.ts'
import { endRedis, startRedis } from '../redis/servers/child.ts'
import { closeClients, ioredisTo } from '../redis/servers/clients.ts'

/** `scripts/record/entries.mjs` writes one for each version, and nobody changes it afterwards. */
export interface Recorded {
  readonly name: string
  /** When all of it happened, ms since the epoch. */
  readonly at: number
  /** By the name of a scene. Versions have more and more of them. */
  readonly tickets: Readonly<Record<string, Held>>
  /** Tokens. */
  readonly sessions: { readonly open: string; readonly ended: string; readonly detailed?: string }
  /** A key that each of these users has signed in with. */
  readonly browsers?: Readonly<Record<string, string>>
  readonly signed?: { readonly refresh: string; readonly access: string }
  /** By which the site `shop` collects a session. */
  readonly code?: string
  readonly entries: Readonly<Record<string, Kept>>
  /** What the same looked like in Redis. */
  readonly redis: Readonly<Record<string, string>>
}

/** What the people of a scene hold. */
export interface Held {
  readonly id: string
  readonly secret: string
  readonly qrUrl: string
  readonly userCode: string
  readonly scanToken?: string
  readonly checkCode?: string
  readonly token?: string
}

interface Kept {
  readonly version: number
  readonly expiresAt: number
  readonly value: string
}

const folder = fileURLToPath(new URL('recorded/', import.meta.url))

// Written by our own script, and held against its shape by every test that reads it.
export const recordings = readdirSync(folder).map(
  file => JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Recorded,
)

/** `changed` is made of each text before it is put there. */
export type Opener = (recorded: Recorded, changed?: (value: string) => string) => Promise<Store>

export const openers: readonly [kind: string, open: Opener][] = [
  ['memory', openInMemory],
  ['Redis', openInRedis],
]

/** All times are those of the recording. */
export function clockAt(at: number) {
  return { ...systemClock, now: () => at }
}

async function openInMemory({ at, entries }: Recorded, changed = same): Promise<Store> {
  const store = memoryStore({ clock: clockAt(at) })
  for (const [key, { version, expiresAt, value }] of Object.entries(entries)) {
    // A store takes one version after the other.
    for (let each = 1; each <= version; each++)
      await store.put(key, { version: each, expiresAt, value: changed(value) })
  }
  return store
}

async function openInRedis({ redis: texts }: Recorded, changed = same): Promise<Store> {
  const redis = await startRedis()
  for (const [key, text] of Object.entries(texts)) {
    const [, head = '', value = ''] = /^(\S+ \S+ \S+ )([\s\S]*)$/.exec(text) ?? []
    await redis.ask('SET', key, head + changed(value))
  }
  const store = redisStore(await ioredisTo(redis.port))
  await store.get('first')
  return store
}

export async function closeAll(): Promise<void> {
  closeClients()
  await endRedis()
}

function same(value: string): string {
  return value
}
