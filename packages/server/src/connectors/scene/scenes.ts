/**
 * Scene codes and whose they are. A ticket has one code; its scene is a random text that WeChat alone is told, and the
 * link that asks the person is made from it, so that neither names the ticket. The first person who scans has it:
 *
 *     open ── scanned by an openid ──▶ taken, and by nobody else
 */
import { createHash, randomBytes } from 'node:crypto'
import { type Entry, type Store, systemClock } from 'scanlogin'

export interface Scene {
  readonly ticketId: string
  readonly userCode: string
  /** Who has scanned it. */
  readonly openid?: string
}

type Ticket = Pick<Scene, 'ticketId' | 'userCode'>
type Make = (scene: string) => Promise<string>

export interface Scenes {
  /** The address in the ticket's code, made by `make` once, whoever asks how often. */
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

  /** A page that asks a hundred times at once costs the account's quota for a day no more than one that asks once. */
  const underWay = new Map<string, Promise<string>>()

  async function newCode(key: string, ticket: Ticket, make: Make): Promise<string> {
    const known = await store.get(key)
    if (known) return addressIn(known)
    const scene = randomBytes(16).toString('hex')
    const address = await make(scene)
    await store.put(sceneKey(linkOf(scene)), entry({ ...ticket }))
    if (await store.put(key, entry({ address }))) return address
    const first = await store.get(key)
    return first ? addressIn(first) : address
  }

  return {
    byLink,
    codeOf(ticket, make) {
      const key = `ws:t:${digest(ticket.ticketId)}`
      const making = underWay.get(key) ?? newCode(key, ticket, make).finally(() => underWay.delete(key))
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

function addressIn({ value }: Entry): string {
  // Only addresses are written under such keys.
  return (JSON.parse(value) as { address: string }).address
}
