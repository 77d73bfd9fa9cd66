/** What `getwxacodeunlimit` and `generate_urllink` are asked for, read as strictly as WeChat reads it. */
import type { WechatApp } from '../apps.ts'
import { WechatError } from '../errors.ts'
import type { MiniEntry } from './mini-programs.ts'

type Body = Readonly<Record<string, unknown>>
type Wish = Omit<MiniEntry, 'id'>

/** Throws 40169 for a scene of a wrong length, 40097 for what is of a wrong kind, 41030 for a page that is not there. */
export function readCodeWish(app: WechatApp, body: Body): Wish {
  const { scene, width = 430 } = body
  if (typeof scene !== 'string' || scene.length < 1 || scene.length > 32) throw new WechatError(40169)
  if (!/^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+$/.test(scene)) throw new WechatError(40097)
  if (!isWhole(width) || width < 280 || width > 1280) throw new WechatError(40097)
  const version = readVersion(body)
  const page = readPage(app, body)
  const query = { scene: encodeURIComponent(scene) }
  return { appid: app.appid, page, version, query, expiresAt: Number.POSITIVE_INFINITY }
}

/** Seconds. */
const longest = 30 * 86_400

/** Throws 40165 for a page that is not there, 40212 for a query that is too long, 40097 for the rest. `now` in ms. */
export function readLinkWish(app: WechatApp, body: Body, now: number): Wish {
  const { path = '', query = '', expire_type: type = 0, expire_interval: days, expire_time: time } = body
  if (typeof path !== 'string' || (path !== '' && !app.pages.includes(path.replace(/^\//, '')))) {
    throw new WechatError(40165)
  }
  if (typeof query !== 'string' || query.length > 1024) throw new WechatError(40212)
  const version = readVersion(body)
  const seconds = type === 1 && isWhole(days) ? days * 86_400 : isWhole(time) ? time - Math.floor(now / 1000) : longest
  if ((type !== 0 && type !== 1) || seconds < 1 || seconds > longest) throw new WechatError(40097)
  return {
    appid: app.appid,
    page: path.replace(/^\//, '') || (app.pages[0] ?? ''),
    version,
    query: Object.fromEntries(new URLSearchParams(query)),
    expiresAt: now + seconds * 1000,
  }
}

function readPage(app: WechatApp, { page = app.pages[0] ?? '', check_path: isChecked = true }: Body): string {
  if (typeof isChecked !== 'boolean') throw new WechatError(40097)
  if (typeof page !== 'string' || page.startsWith('/') || page.includes('?')) throw new WechatError(41030)
  if (isChecked && !app.pages.includes(page)) throw new WechatError(41030)
  return page
}

function readVersion({ env_version: version = 'release' }: Body): Wish['version'] {
  if (version !== 'release' && version !== 'trial' && version !== 'develop') throw new WechatError(40097)
  return version
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value)
}
