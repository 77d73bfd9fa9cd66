/** Nodes on a real Redis: each on a machine whose clock may be wrong, with a way to Redis on which things go astray. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createClient } from 'redis'
import type { Store } from '../../packages/scanlogin/src/index.ts'
import { fromNodeRedis, type RedisPort, redisStore } from '../../packages/scanlogin/src/redis.ts'

export type Client = Awaited<ReturnType<typeof connect>>

export async function connect(port: number) {
  const client = createClient({ url: `redis://127.0.0.1:${port}`, disableOfflineQueue: true })
  client.on('error', () => {})
  return client.connect()
}

/** A machine as far as it tells the time. */
export interface Machine {
  /** ms by which its clock is ahead. */
  skew: number
}

const machines = new AsyncLocalStorage<Machine>()
const trueNow = Date.now

/** ms since the epoch, whatever the machines say. */
export function trueTime(): number {
  return trueNow()
}

/** Gives machines clocks of their own, until `restore` is called. */
export function giveClocks(): { restore(): void } {
  Date.now = () => trueNow() + (machines.getStore()?.skew ?? 0)
  return {
    restore() {
      Date.now = trueNow
    },
  }
}

/** A store of which all that it does, now and later, happens on that machine. */
export function storeOn(machine: Machine, port: RedisPort): Store {
  const store = machines.run(machine, () => redisStore(port))
  return {
    ...store,
    get: key => machines.run(machine, () => store.get(key)),
    put: (key, entry, only) => machines.run(machine, () => store.put(key, entry, only)),
    watch: (key, ring) => machines.run(machine, () => store.watch(key, ring)),
    now: () => machines.run(machine, () => store.now?.() ?? Date.now()),
  }
}

export function portTo(client: Client): RedisPort {
  return fromNodeRedis(client)
}

/** What may happen to a command on its way: `late` means long after its sender has been told that it failed. */
export const mishaps = ['none', 'slow', 'not sent', 'reply lost', 'silence', 'late'] as const
export type Mishap = (typeof mishaps)[number]

export interface RoughPort extends RedisPort {
  /** Resolves when all that was late has happened. */
  calm(): Promise<void>
}

/** Every command meets what `next` says. */
export function roughly(port: RedisPort, next: () => Mishap): RoughPort {
  const late = new Set<Promise<unknown>>()

  async function after(ms: number, command: () => Promise<unknown>): Promise<unknown> {
    await new Promise(resolve => setTimeout(resolve, ms))
    return command()
  }

  async function send(key: string, command: readonly string[]): Promise<unknown> {
    const pass = () => port.send(key, command)
    switch (next()) {
      case 'none':
        return pass()
      case 'slow':
        return after(Math.random() * 20, pass)
      case 'not sent':
        throw new Error('there is no connection')
      case 'reply lost':
        await pass()
        throw new Error('the connection was lost')
      case 'silence':
        await pass()
        return new Promise(() => {})
      case 'late': {
        const sent = after(1500, pass)
        late.add(sent)
        return sent
      }
    }
  }

  return {
    ...port,
    // Of what time it is the nodes are told in good weather.
    send: (key, command) => (command[0] === 'TIME' ? port.send(key, command) : send(key, command)),
    calm: async () => {
      await Promise.allSettled(late)
    },
  }
}
