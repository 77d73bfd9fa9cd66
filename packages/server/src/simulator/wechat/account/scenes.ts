/** The official account's codes: each stands for a scene, which the account learns when somebody scans. */
import type { WechatApp } from '../apps.ts'
import { WechatError } from '../errors.ts'
import { isWithin, type World } from '../world.ts'
import type { SceneWish } from './scene-wish.ts'

export interface Scene {
  readonly ticket: string
  /** The last part of the address that the code holds. */
  readonly id: string
  readonly appid: string
  /** What the account is told. */
  readonly key: string
  readonly isPermanent: boolean
  /** ms since the epoch; `Infinity` for a permanent one. */
  readonly expiresAt: number
}

export interface Scenes {
  /** Throws 45009, 45029. */
  create(app: WechatApp, wish: SceneWish): Scene
  byTicket(ticket: string): Scene | undefined
  byId(id: string): Scene | undefined
  /** Those that can be scanned, oldest first. */
  open(): readonly Scene[]
}

export function createScenes(world: World): Scenes {
  const { clock, identifiers } = world
  const scenes = new Map<string, Scene>()
  const all = () => [...scenes.values()]

  return {
    create(app, { key, lifetime }) {
      const isPermanent = lifetime === undefined
      const permanent = all().filter(scene => scene.appid === app.appid && scene.isPermanent)
      const known = permanent.find(scene => scene.key === key)
      if (isPermanent && known) return known
      if (isPermanent && permanent.length >= app.quotas.permanentCodes) throw new WechatError(45029)
      if (!isWithin(world, app, 'sceneCodes', 'day')) throw new WechatError(45009)
      const ticket = `gQ${identifiers.next(92)}==`
      const expiresAt = lifetime === undefined ? Number.POSITIVE_INFINITY : clock.now() + lifetime * 1000
      const scene = { ticket, id: `02${identifiers.next(22)}`, appid: app.appid, key, isPermanent, expiresAt }
      scenes.set(ticket, scene)
      return scene
    },
    byTicket: ticket => scenes.get(ticket),
    byId: id => all().find(scene => scene.id === id),
    open: () => all().filter(({ expiresAt }) => clock.now() < expiresAt),
  }
}
