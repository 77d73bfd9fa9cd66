/**
 * WeChat's API: it answers everything with status 200, and an `errcode` other than 0 is a refusal. "Busy" is asked again a
 * little later; nothing else is, because a code may be used up by a call whose answer got lost.
 */
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Caller, ProviderAnswer } from '../calls/caller.ts'
import { ConnectorError, type ConnectorErrorCode } from '../refusal.ts'

export interface WechatApi {
  /** Throws `ConnectorError`. */
  get(path: string, query: Readonly<Record<string, string>>): Promise<WechatAnswer>
  /** The same with a JSON body. */
  post(path: string, query: Readonly<Record<string, string>>, body: unknown): Promise<WechatAnswer>
  /** The same where the answer is a JPEG or a PNG: a refusal is JSON, with status 200 as well. */
  picture(path: string, query: Readonly<Record<string, string>>, body: unknown): Promise<WechatPicture>
}

export type WechatAnswer = Readonly<Record<string, unknown>>

export interface WechatPicture {
  readonly type: 'image/jpeg' | 'image/png'
  readonly bytes: Uint8Array
}

/** Another server token has taken this one's place, or it has ended. */
export function refusesToken(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && staleToken.has(Number(error.errcode))
}

export interface WechatApiOptions {
  /** `https://api.weixin.qq.com` */
  readonly host: string
  readonly clock?: Pick<Clock, 'after'> | undefined
}

export function createWechatApi(call: Caller, { host, clock = systemClock }: WechatApiOptions): WechatApi {
  async function ask<T>(asked: Asked, read: (path: string, answer: ProviderAnswer) => T): Promise<T> {
    const { path, query, body } = asked
    const address = `${host}${path}?${new URLSearchParams(query)}`
    const sent = body === undefined ? {} : { method: 'POST' as const, headers: isJson, body: JSON.stringify(body) }
    for (const pause of [...pauses, undefined]) {
      try {
        return await call({ address, ...sent }, answer => read(path, answer))
      } catch (error) {
        if (!isBusy(error) || pause === undefined) throw error
        await new Promise<void>(resolve => clock.after(pause, resolve))
      }
    }
    throw new ConnectorError('provider_busy')
  }

  return {
    get: (path, query) => ask({ path, query }, readObject),
    post: (path, query, body) => ask({ path, query, body }, readObject),
    picture: (path, query, body) => ask({ path, query, body }, readPicture),
  }
}

interface Asked {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body?: unknown
}

function readObject(path: string, answer: ProviderAnswer): WechatAnswer {
  const { errcode = 0, errmsg = '', ...rest } = answer.json()
  if (errcode === 0) return rest
  throw refusalOf(path, Number(errcode), String(errmsg))
}

/** By its first bytes: neither the status nor the type of the answer says whether it is one. */
function readPicture(path: string, answer: ProviderAnswer): WechatPicture {
  const { bytes } = answer
  const type = pictures.find(({ begins }) => begins.every((byte, at) => bytes[at] === byte))?.type
  if (type !== undefined) return { type, bytes }
  readObject(path, answer)
  throw new ConnectorError('provider_unintelligible', { detail: 'no picture' })
}

const pictures = [
  { type: 'image/jpeg', begins: [0xff, 0xd8, 0xff] },
  { type: 'image/png', begins: [0x89, 0x50, 0x4e, 0x47] },
] as const

function isBusy(error: unknown): boolean {
  return error instanceof ConnectorError && error.errcode === String(busy)
}

const busy = -1
/** ms */
const pauses = [300, 900]
const isJson = { 'content-type': 'application/json' }
const showsSecret = new Set([
  '/sns/oauth2/access_token',
  '/sns/jscode2session',
  '/cgi-bin/token',
  '/cgi-bin/stable_token',
])
const staleToken = new Set([40001, 40014, 42001])

function refusalOf(path: string, errcode: number, errmsg: string): ConnectorError {
  const reference = /(?:rid|req_id): ?([\w-]{1,64})/.exec(errmsg)?.[1]
  return new ConnectorError(codeOf(path, errcode), {
    errcode: String(errcode),
    ...(reference !== undefined && { reference }),
  })
}

function codeOf(path: string, errcode: number): ConnectorErrorCode {
  // One number for a wrong secret and a wrong token: it depends on which of them the call shows.
  if (errcode === 40001 && showsSecret.has(path)) return 'misconfigured'
  // An error that nobody has described is WeChat's to explain, and its number stands in the log.
  return codes.get(errcode) ?? 'provider_unintelligible'
}

const codes = new Map<number, ConnectorErrorCode>(
  Object.entries({
    code_rejected: [40001, 40003, 40014, 40029, 40030, 40163, 42001, 42002, 42003, 42007, 50001],
    person_refused: [40226, 50002],
    provider_busy: [busy, 45009, 45011],
    misconfigured: [
      40002, 40013, 40097, 40125, 40164, 40169, 40243, 41001, 41002, 41003, 41004, 41008, 41009, 41030, 43001, 43002,
      43003, 47001, 48001, 48004, 50004, 50007, 61004, 89501, 89503, 89506, 89507,
    ],
    // Proof: the keys of this very table are codes.
  }).flatMap(([code, numbers]) => numbers.map(number => [number, code as ConnectorErrorCode] as const)),
)
