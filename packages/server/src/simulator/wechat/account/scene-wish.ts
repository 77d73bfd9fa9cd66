/** What an account asks of `qrcode/create`, read as strictly as WeChat reads it. */
import { WechatError } from '../errors.ts'

export interface SceneWish {
  readonly key: string
  /** Seconds; `undefined` for a permanent code. */
  readonly lifetime: number | undefined
}

/** Seconds. */
const longest = 2_592_000
const lifetimeIfNotGiven = 60

/** Throws 40053 for anything that is not exactly as it has to be. */
export function readSceneWish(body: Readonly<Record<string, unknown>>): SceneWish {
  const info = fieldsOf(body.action_info)
  const isTemporary = body.action_name === 'QR_SCENE' || body.action_name === 'QR_STR_SCENE'
  const lifetime = isTemporary ? readLifetime(body.expire_seconds) : undefined
  // A number that stands one level too high is accepted, and lost.
  if (info.scene === undefined && info.scene_id !== undefined) return { key: '0', lifetime }
  const scene = fieldsOf(info.scene)
  switch (body.action_name) {
    case 'QR_SCENE':
      return { key: readNumber(scene.scene_id, 4_294_967_295), lifetime }
    case 'QR_LIMIT_SCENE':
      return { key: readNumber(scene.scene_id, 100_000), lifetime }
    case 'QR_STR_SCENE':
    case 'QR_LIMIT_STR_SCENE':
      return { key: readText(scene.scene_str), lifetime }
    default:
      throw new WechatError(40053)
  }
}

function readLifetime(value: unknown = lifetimeIfNotGiven): number {
  if (!isWhole(value) || value < 1 || value > longest) throw new WechatError(40053)
  return value
}

function readNumber(value: unknown, most: number): string {
  if (!isWhole(value) || value < 1 || value > most) throw new WechatError(40053)
  return String(value)
}

function readText(value: unknown): string {
  if (typeof value !== 'string' || value.length < 1 || value.length > 64) throw new WechatError(40053)
  return value
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value)
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
