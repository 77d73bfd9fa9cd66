/**
 * Why Redis cannot be reached. The client tells of sentinels and nodes of a cluster that a connection was closed, and keeps
 * to itself that a certificate was refused or a name unknown. So whoever has to know is asked once more, and listened to.
 */
import { Cluster, Redis } from 'ioredis'
import { type RedisAddress, readAddress } from './address.ts'
import { settings } from './client.ts'

/** `tell` may be called a moment after the failure, with an error that has the reason as its `cause` where there is one. */
export function onFailure(client: Redis | Cluster, address: string, tell: (error: Error) => void): void {
  const asked = readAddress(address)
  let asking = false

  async function explain(message: string): Promise<void> {
    // The one that is asked for says why for all of them.
    if (asking) return
    asking = true
    const cause = await reasonOf(asked).finally(() => {
      asking = false
    })
    tell(new Error(message, { cause }))
  }

  client.on('error', (error: Error) => {
    const last = lastOf(error)
    if (isUnexplained(last)) explain(error.message)
    else tell(last === error ? error : new Error(error.message, { cause: last }))
  })
  if (!(client instanceof Cluster)) return
  // A node that the others have named, and that cannot be reached by that name.
  client.on('node error', (cause: Error, node: string) => {
    if (!isUnexplained(cause)) tell(new Error(`The node ${node} failed`, { cause }))
  })
}

function isUnexplained(error: Error): boolean {
  return /Connection is closed/.test(error.message)
}

/** A cluster says that none of its nodes is there, and has beside it why the last one was not. */
function lastOf(error: Error): Error {
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error
}

/** What the first host says that does not let this client in; `undefined` where by now all of them do. */
async function reasonOf({ kind, tls, hosts, ...logins }: RedisAddress): Promise<Error | undefined> {
  const login = kind === 'sentinel' ? logins.sentinelLogin : logins.login
  for (const host of hosts) {
    const once = { lazyConnect: true, enableReadyCheck: false, retryStrategy: () => null }
    const client = new Redis({ ...settings, ...login, ...(tls && { tls: {} }), ...once, ...host })
    let first: Error | undefined
    client.on('error', (error: Error) => {
      first ??= error
    })
    await client.connect().catch((error: Error) => {
      first ??= error
    })
    client.disconnect()
    if (first) return first
  }
  return undefined
}
