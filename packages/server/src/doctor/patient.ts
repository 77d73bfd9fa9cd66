/** Who is examined: one configuration, the store it names, and the site at its public URL. Both are opened when first asked for. */
import type { Config } from '../config.ts'
import { Unready } from './examination.ts'
import { openVisit, type Visit } from './site/visit.ts'
import { connectNodes, type StoreNodes } from './store/nodes.ts'

export interface Patient {
  readonly config: Config
  readonly publicUrl: string
  /** This machine's clock, ms since the epoch. */
  readonly now: () => number
  /** Rejects with what is wrong. */
  connect(): Promise<StoreNodes>
  /** Rejects with `Unready` where the store is not Redis, or was not reached. */
  nodes(): Promise<StoreNodes>
  /** A sign-in begun through the public URL. Rejects with what is wrong. */
  arrive(): Promise<Visit>
  /** The same; rejects with `Unready`. */
  visit(): Promise<Visit>
  /** Leaves no connection and no ticket behind. */
  close(): Promise<void>
}

export function createPatient(config: Config, now: () => number): Patient {
  const publicUrl = config.SCANLOGIN_PUBLIC_URL ?? `http://localhost:${config.PORT}`
  const connect = once(() => connectNodes(config.SCANLOGIN_STORE))
  const arrive = once(() => openVisit(publicUrl))
  return {
    config,
    publicUrl,
    now,
    connect,
    async nodes() {
      if (config.SCANLOGIN_STORE === 'memory:') throw new Unready('the store is this process’s own memory')
      return connect().catch(() => Promise.reject(new Unready('the store was not reached')))
    },
    arrive,
    visit: () => arrive().catch(() => Promise.reject(new Unready('the site was not reached'))),
    async close() {
      const [nodes, visit] = await Promise.allSettled([connect.made(), arrive.made()])
      if (nodes.status === 'fulfilled') nodes.value?.close()
      if (visit.status === 'fulfilled') await visit.value?.end()
    },
  }
}

interface Once<Value> {
  (): Promise<Value>
  /** What there is, without making it. */
  made(): Promise<Value | undefined>
}

function once<Value>(make: () => Promise<Value>): Once<Value> {
  let made: Promise<Value> | undefined
  const get = () => {
    made ??= make()
    return made
  }
  return Object.assign(get, { made: async () => made })
}
