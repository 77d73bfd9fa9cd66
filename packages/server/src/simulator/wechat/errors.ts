/** What WeChat's API says when it refuses: always HTTP 200, a number, and a sentence with the request's id. */
import { type Answer, json } from '../http/call.ts'

/** The sentences are WeChat's. */
const sentences = {
  [-1]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40002: 'invalid grant_type',
  40003: 'invalid openid',
  40013: 'invalid appid',
  40014: 'invalid access_token',
  40029: 'invalid code',
  40030: 'invalid refresh_token',
  40053: 'invalid action info',
  40097: 'invalid args',
  40125: 'invalid appsecret',
  40163: 'code been used',
  40164: 'invalid ip, not in whitelist',
  40165: 'invalid weapp pagepath',
  40169: 'invalid length for scene, or the data is not json string',
  40212: 'invalid query',
  40226: 'code blocked',
  41001: 'access_token missing',
  41002: 'appid missing',
  41003: 'refresh_token missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  41009: 'missing openid',
  41030: 'invalid page',
  42001: 'access_token expired',
  42002: 'refresh_token expired',
  42003: 'code expired',
  42007: 'access_token and refresh_token exception',
  43001: 'require GET method',
  43002: 'require POST method',
  45009: 'api freq out of limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  45029: 'qrcode count out of limit',
  47001: 'data format error',
  48001: 'api unauthorized',
  48006: 'forbid to clear quota because of reaching the limit',
} as const

export class WechatError extends Error {
  override readonly name = 'WechatError'
  readonly errcode: number

  /** `sentence`: WeChat's own for that code, unless another is given. */
  constructor(errcode: number, sentence: string = sentenceOf(errcode)) {
    super(sentence)
    this.errcode = errcode
  }
}

function sentenceOf(errcode: number): string {
  return Object.entries(sentences).find(([code]) => Number(code) === errcode)?.[1] ?? 'error'
}

/** How a group of calls writes its answers. */
export type CallGroup = keyof typeof groups

const groups = {
  /** Without a charset, although they are UTF-8. */
  sns: { type: 'text/plain', joint: ', ' },
  /** The parameter's name is wrong, and has been for years. */
  cgi: { type: 'application/json; encoding=utf-8', joint: ' ' },
  wxa: { type: 'application/json; charset=UTF-8', joint: ' ' },
} as const

export function succeed(group: CallGroup, body: object): Answer {
  return json(body, { type: groups[group].type })
}

/** `rid` is the request's id, which WeChat's support asks for. */
export function refuse(group: CallGroup, { errcode, message }: WechatError, rid: string): Answer {
  const { type, joint } = groups[group]
  return json({ errcode, errmsg: `${message}${joint}rid: ${rid}` }, { type })
}
