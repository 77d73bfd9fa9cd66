/**
 * The scenes of tickets: a random text that a mini program's code opens its page with. It names the ticket to nobody but
 * this server, and a ticket has one. It is no credential: whoever holds it has yet to be somebody.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type Entry, LoginError, type Store, systemClock } from 'scanlogin'

export interface Scene {
  readonly ticketId: string
  readonly userCode: string
}

export interface Scenes {
  /** Throws `LoginError('rate_limited')` where it is asked for again and again. */
  sceneOf(ticket: Scene): Promise<string>
  find(scene: string): Promise<Scene | undefined>
}

/** ms: longer than a ticket lives from its creation to its end. */
const lifetime = 600_000
/** How often WeChat draws the code of one ticket: pages are loaded again, but the quota is everybody's. */
const pictures = 5

export function openScenes(store: Store): Scenes {
  const now = () => store.now?.() ?? systemClock.now()
  const entry = (value: unknown, version: number): Entry => ({
    version,
    expiresAt: now() + lifetime,
    value: JSON.stringify(value),
  })

  /** The version counts the pictures. */
  async function countedScene(key: string, ticket: Scene): Promise<string | undefined> {
    const known = await store.get(key)
    if (known) {
      if (known.version >= pictures) throw new LoginError('rate_limited')
      const counted = { ...known, version: known.version + 1 }
      return (await store.put(key, counted)) ? sceneIn(known) : undefined
    }
    const scene = randomBytes(16).toString('hex')
    // The way back first: a scene that is told leads somewhere.
    await store.put(sceneKey(scene), entry({ ...ticket }, 1))
    return (await store.put(key, entry({ scene }, 1))) ? scene : undefined
  }

  return {
    async sceneOf(ticket) {
      const key = `wm:t:${digest(ticket.ticketId)}`
      // Each round that is lost has counted somebody else's picture.
      for (let round = 0; round <= pictures; round++) {
        const scene = await countedScene(key, ticket)
        if (scene !== undefined) return scene
      }
      throw new LoginError('rate_limited')
    },
    async find(scene) {
      const found = await store.get(sceneKey(scene))
      // Only tickets are written under such keys.
      return found && (JSON.parse(found.value) as Scene)
    },
  }
}

function sceneKey(scene: string): string {
  return `wm:s:${digest(scene)}`
}

function sceneIn({ value }: Entry): string {
  // Only scenes are written under such keys.
  return (JSON.parse(value) as { scene: string }).scene
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
