/**
 * Scene codes and whose they are. A ticket has one code; its scene is a random text that WeChat alone is told, and the
 * link that asks the person is made from it, so that neither names the ticket. The first person who scans has it:
 *
 *     open ── scanned by an openid ──▶ taken, and by nobody else
 */
import { createHash, randomBytes } from 'node:crypto'
import { type Entry, LoginError, type Store, systemClock } from 'scanlogin'

export interface Scene {
  readonly ticketId: string
  readonly userCode: string
  /** Who has scanned it. */
  readonly openid?: string
}

type Ticket = Pick<Scene, 'ticketId' | 'userCode'>
type Make = (scene: string) => Promise<string>

export interface Scenes {
  /** The address in the ticket's code, made by `make` once, whoever asks how often, on whichever node. */
  codeOf(ticket: Ticket, make: Make): Promise<string>
  /** Gives the scene to whoever scans it first. */
  take(scene: string, openid: string): Promise<Taking>
  byLink(link: string): Promise<Scene | undefined>
  /** `false` for a message that has come before. */
  isFirst(message: string): Promise<boolean>
}

export type Taking =
  | { readonly outcome: 'yours'; readonly link: string; readonly scene: Scene }
  | { readonly outcome: 'somebody_elses' | 'unknown' }

/** ms: longer than a ticket lives from its creation to its end. */
const lifetime = 600_000
/** ms: as long as a node is waited for that asks WeChat, which answers within five seconds or is asked once more. */
const lease = 15_000
/** ms until it is looked at again. */
const again = 200
/** ms: WeChat tries for half a minute, and signatures are good for five. */
const memory = 660_000

export function openScenes(store: Store): Scenes {
  const now = () => store.now?.() ?? systemClock.now()
  const entry = (value: unknown, version = 1, expiresAt = now() + lifetime): Entry => ({
    version,
    expiresAt,
    value: JSON.stringify(value),
  })

  async function byLink(link: string): Promise<Scene | undefined> {
    const found = await store.get(sceneKey(link))
    return found && sceneIn(found)
  }

  /**
   * A page that asks a hundred times at once costs the account's quota for a day no more than one that asks once; on
   * another node the lease in the store has it wait.
   */
  const underWay = new Map<string, Promise<string>>()

  async function anyCode(key: string, ticket: Ticket, make: Make): Promise<string> {
    for (let round = 0; round * again < lease * 2; round++) {
      const known = await store.get(key)
      const code = known && codeIn(known)
      if (code && 'address' in code) return code.address
      if (!code || code.makingUntil <= now()) {
        const version = (known?.version ?? 0) + 1
        // Somebody else may have begun at this moment, and is then waited for.
        if (await store.put(key, entry({ makingUntil: now() + lease }, version)))
          return newCode(key, version, ticket, make)
      }
      await new Promise(resolve => setTimeout(resolve, again))
    }
    throw new LoginError('store_unavailable')
  }

  async function newCode(key: string, version: number, ticket: Ticket, make: Make): Promise<string> {
    try {
      const scene = randomBytes(16).toString('hex')
      const address = await make(scene)
      // The way back first: the push may come to any node as soon as the address is told.
      await store.put(sceneKey(linkOf(scene)), entry({ ...ticket }))
      await store.put(key, entry({ address }, version + 1))
      return address
    } catch (error) {
      // The next who asks need not wait for the lease to end. Where the store is what failed, it ends by itself.
      await store.put(key, entry({ makingUntil: 0 }, version + 1)).catch(() => {})
      throw error
    }
  }

  return {
    byLink,
    codeOf(ticket, make) {
      const key = `ws:t:${digest(ticket.ticketId)}`
      const making = underWay.get(key) ?? anyCode(key, ticket, make).finally(() => underWay.delete(key))
      underWay.set(key, making)
      return making
    },
    async take(scene, openid) {
      const link = linkOf(scene)
      // A second round sees what another node has written meanwhile.
      for (let round = 0; round < 2; round++) {
        const found = await store.get(sceneKey(link))
        if (!found) return { outcome: 'unknown' }
        const present = sceneIn(found)
        if (present.openid === openid) return { outcome: 'yours', link, scene: present }
        if (present.openid !== undefined) return { outcome: 'somebody_elses' }
        const taken = { ...present, openid }
        if (await store.put(sceneKey(link), entry(taken, found.version + 1, found.expiresAt))) {
          return { outcome: 'yours', link, scene: taken }
        }
      }
      return { outcome: 'somebody_elses' }
    },
    isFirst: message => store.put(`ws:m:${digest(message)}`, entry(true, 1, now() + memory)),
  }
}

/** It is no credential: whoever opens it has to be the person who has scanned. */
function linkOf(scene: string): string {
  return digest(`link ${scene}`)
}

function sceneKey(link: string): string {
  return `ws:${digest(link)}`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

function sceneIn({ value }: Entry): Scene {
  // Only scenes are written under such keys.
  return JSON.parse(value) as Scene
}

/** A code, or that a node is asking WeChat for one; ms since the epoch. */
type Code = { readonly address: string } | { readonly makingUntil: number }

function codeIn({ value }: Entry): Code {
  // Only codes are written under such keys.
  return JSON.parse(value) as Code
}
