/** What goes wrong at WeChat in particular: refusals in the wrong moment, and bytes that are no clean JSON. */
import type { Answer } from '../http/call.ts'
import { changing, contentType, type FaultPlan, type Mischief, networkFaults, slow } from '../play/faults.ts'
import { refuse, WechatError } from './errors.ts'
import type { World } from './world.ts'

export type FaultGiven = {
  /** What the path has to contain, such as `/sns/oauth2/access_token`. Default: any path. */
  readonly match?: string
  /** How many calls it befalls. Default 1. */
  readonly times?: number
} & (
  | { readonly action: PlainFault }
  /** Any refusal of WeChat's. */
  | { readonly action: 'errcode'; readonly errcode: number }
  /** Answers after so many ms of the simulator's clock. */
  | { readonly action: 'slow'; readonly ms: number }
  /** `''` sends none. */
  | { readonly action: 'contentType'; readonly contentType: string }
)

export type PlainFault = keyof typeof mischiefs | keyof typeof refusals

export function planFault(world: World, given: FaultGiven): FaultPlan {
  const { match = '', times = 1 } = given
  return { match, times, mischief: mischiefOf(world, given) }
}

function mischiefOf(world: World, given: FaultGiven): Mischief {
  switch (given.action) {
    case 'errcode':
      return refusing(world, given.errcode)
    case 'slow':
      return slow(given.ms, world.clock)
    case 'contentType':
      return contentType(given.contentType)
    case 'busy':
    case 'quota':
    case 'tooFast':
    case 'staleToken':
    case 'expiredCode':
    case 'usedCode':
      return refusing(world, refusals[given.action])
    default:
      return mischiefs[given.action]
  }
}

/** Refusals that have a name of their own. */
export const refusals = {
  busy: -1,
  quota: 45009,
  tooFast: 45011,
  /** Somebody else has asked for a token, which voids the one that was used. */
  staleToken: 40001,
  expiredCode: 42003,
  usedCode: 40163,
} as const

function refusing(world: World, errcode: number): Mischief {
  return ({ path }) => refuse(path.includes('/sns/') ? 'sns' : 'cgi', new WechatError(errcode), world.rid())
}

export const mischiefs = {
  ...networkFaults,
  /** A nickname with U+0014 and a line feed, as they are. */
  rawControl: changing(answer => named(answer, Buffer.of(0x41, 0x14, 0x0a, 0x42))),
  /** A nickname in GBK: these bytes are no UTF-8. */
  badUtf8: changing(answer => named(answer, Buffer.of(0xcd, 0xf5, 0xbe, 0xfc))),
  /** A nickname with an emoji of the private use area. */
  emojiPua: changing(answer => named(answer, Buffer.from('A\ue13cB'))),
  /** The app has lost its Open Platform account for a moment. */
  noUnionid: changing(withoutUnionid),
} as const

function named(answer: Answer, nickname: Uint8Array): Answer {
  // As latin1 every byte is one character: what is cut out and put in stays the bytes it was.
  const body = Buffer.from(answer.body).toString('latin1')
  const written = Buffer.from(nickname).toString('latin1')
  return { ...answer, body: Buffer.from(body.replace(/("nickname":")(?:[^"\\]|\\.)*/, `$1${written}`), 'latin1') }
}

function withoutUnionid(answer: Answer): Answer {
  const body = Buffer.from(answer.body)
    .toString('utf8')
    .replace(/,"unionid":"[^"]*"/, '')
  return { ...answer, body }
}
