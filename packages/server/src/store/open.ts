/** Opens the store that an address names: in this process, or in Redis or Valkey. */
import { getHeapStatistics } from 'node:v8'
import { memoryStore, type Store } from 'scanlogin'
import { fromIoredis, redisStore } from 'scanlogin/redis'
import type { Log } from '../log.ts'
import { openClient } from './client.ts'
import { onFailure } from './failures.ts'

/**
 * Never waits for a store that is not there: it answers `store_unavailable` until it is, and recovers by itself.
 * `address` is one that `storeAddressProblem` finds nothing wrong with.
 */
export function openStore(address: string, log: Log): Store {
  // A flood of tickets is refused before the process runs out of memory: an entry takes about half a KiB.
  if (address === 'memory:') return memoryStore({ maxEntries: Math.floor(getHeapStatistics().heap_size_limit / 1024) })
  const client = openClient(address)
  onFailure(client, address, error => log.warn({ err: error }, 'the store connection failed'))
  const store = redisStore(fromIoredis(client), {
    onStrange: key =>
      log.error({ key }, 'a key of the store holds what scanlogin does not write: it counts as nothing'),
  })
  return {
    ...store,
    async close() {
      await store.close()
      client.disconnect()
    },
  }
}
