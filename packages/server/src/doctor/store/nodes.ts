/** The Redis that the configuration names, node by node, as the doctor asks it: a few plain questions, none of them twice. */
import { Cluster, type Redis } from 'ioredis'
import { openClient } from '../../store/client.ts'
import { onFailure } from '../../store/failures.ts'

export interface StoreNode {
  /** Host and port. */
  readonly name: string
  /** Name to value, all sections. */
  readonly info: ReadonlyMap<string, string>
  /** ms since the epoch, and how long the answer took in ms. Of several, the one that came fastest. */
  readonly time: { readonly at: number; readonly asked: number; readonly answered: number }
}

export interface StoreNodes {
  /** The masters. */
  readonly all: readonly StoreNode[]
  close(): void
}

/** ms until a store counts as one that is not there. */
const patience = 3000

/** Rejects with an error whose message is Redis's own or the network's, without the address: a password may stand in it. */
export async function connectNodes(address: string): Promise<StoreNodes> {
  const client = openClient(address)
  try {
    await ready(client, address)
    const nodes = client instanceof Cluster ? client.nodes('master') : [client]
    const all = await Promise.all(nodes.map(look))
    return { all, close: () => client.disconnect() }
  } catch (error) {
    client.disconnect()
    throw error
  }
}

function ready(client: Redis | Cluster, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let last: unknown = new Error('ETIMEDOUT')
    const timer = setTimeout(() => reject(last), patience)
    onFailure(client, address, error => {
      // A cluster says that none of its nodes is there, and for the last one why.
      last = error.cause ?? error
      // What is refused for a reason is refused again.
      if (!isRefusal(last)) return
      clearTimeout(timer)
      reject(last)
    })
    client.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof Error && /WRONGPASS|NOAUTH|NOPERM|invalid password|cluster support disabled/.test(error.message)
  )
}

async function look(node: Redis): Promise<StoreNode> {
  // Of a cluster only the nodes are connected that have been asked for something.
  if (node.status === 'wait') await node.connect()
  const { host = '', port = 0 } = node.options
  const times = [await askTime(node), await askTime(node), await askTime(node)]
  times.sort((one, other) => one.answered - one.asked - (other.answered - other.asked))
  const [time = await askTime(node)] = times
  return { name: `${host}:${port}`, info: parseInfo(await node.info()), time }
}

async function askTime(node: Redis): Promise<StoreNode['time']> {
  const asked = performance.now()
  const [seconds = 0, microseconds = 0] = (await node.time()).map(Number)
  return { at: seconds * 1000 + microseconds / 1000, asked, answered: performance.now() }
}

function parseInfo(text: string): Map<string, string> {
  const lines = text.split('\r\n').filter(line => line.includes(':'))
  return new Map(lines.map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}
