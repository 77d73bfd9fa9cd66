/**
 * Every node writes what it counts into the store, as an entry of its own that ends soon after its last beat, and one
 * more entry lists the nodes: a store gives what stands under a key and lists nothing by itself.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Entry, Store } from 'scanlogin'
import type { Figures } from '../counting/figures.ts'

export interface NodeFigures extends Figures {
  /** Host and process id. */
  readonly name: string
  readonly startedAt: number
  readonly version: string
}

export interface Nodes {
  /** Writes this node's figures. Rejects where the store cannot be reached. */
  beat(): Promise<void>
  /** Every node that has been heard of lately, by name. */
  read(): Promise<readonly NodeFigures[]>
}

export interface NodesOptions {
  store: Store
  figures: () => Figures
  version: string
}

/** ms that a node counts as there after its last beat. */
const life = 15_000
/** ms that the list stands; it is written anew in the second half, and then without the nodes that are gone. */
const listLife = 600_000
/** A list of them fits in an entry. */
const mostNodes = 200
const listKey = 'console:nodes'

export function createNodes({ store, figures, version }: NodesOptions): Nodes {
  const id = randomUUID().slice(0, 8)
  const me = { name: thisNode(), startedAt: Date.now(), version }
  const now = () => store.now?.() ?? Date.now()
  let written = 0

  async function write(): Promise<void> {
    const value = fitting({ ...me, ...figures() })
    const put = (version: number) => store.put(keyOf(id), { version, expiresAt: now() + life, value })
    if (!(await put(written + 1))) {
      // The store was away for longer than the entry lived.
      written = (await store.get(keyOf(id)))?.version ?? 0
      if (!(await put(written + 1))) return
    }
    written++
  }

  async function enlist(): Promise<void> {
    const entry = await store.get(listKey)
    const listed = idsIn(entry)
    if (listed.includes(id) && entry && entry.expiresAt - now() > listLife / 2) return
    const others = listed.filter(one => one !== id)
    const entries = await Promise.all(others.map(one => store.get(keyOf(one))))
    const value = JSON.stringify([...others.filter((_, n) => entries[n]), id].slice(-mostNodes))
    // Where another node was first, the next beat tries again.
    await store.put(listKey, { version: (entry?.version ?? 0) + 1, expiresAt: now() + listLife, value })
  }

  return {
    async beat() {
      await write()
      await enlist()
    },
    async read() {
      const entries = await Promise.all(idsIn(await store.get(listKey)).map(one => store.get(keyOf(one))))
      const nodes = entries.flatMap(entry => (entry ? [figuresIn(entry)] : []))
      return nodes.sort((one, other) => (one.name < other.name ? -1 : 1))
    },
  }
}

/** Host and process id. */
export function thisNode(): string {
  return `${hostname().slice(0, 64)}:${process.pid}`
}

/** As JSON of at most 8 KiB, with fewer events where it would be more. */
function fitting(node: NodeFigures): string {
  let { events } = node
  for (;;) {
    const value = JSON.stringify({ ...node, events })
    // Without events it always fits, so this ends.
    if (Buffer.byteLength(value) <= 8192 || events.length === 0) return value
    events = events.slice(0, -1)
  }
}

function keyOf(id: string): string {
  return `console:node:${id}`
}

function idsIn(entry: Entry | undefined): readonly string[] {
  // Only `enlist` writes there, and it writes ids.
  return entry ? (JSON.parse(entry.value) as string[]) : []
}

function figuresIn({ value }: Entry): NodeFigures {
  // Only `write` writes there; a version to come that writes more does no harm.
  return JSON.parse(value) as NodeFigures
}
