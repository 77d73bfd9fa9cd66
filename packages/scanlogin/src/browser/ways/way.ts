/**
 * The ways to sign in that stand beside our own code, as a page names them: `ways="wechat wechat-mini alipay"`. How each
 * is shown follows from its name, and where it begins from where the connectors are mounted.
 */

export type Way =
  /** The code of our own, or another one that leads to the same ticket: drawn from an address, or a picture as it comes. */
  | { readonly shown: 'own'; readonly name: typeof ownWay }
  | { readonly shown: 'code' | 'picture'; readonly name: string; readonly address: string }
  /** The provider's own page in a frame, or in the whole window. */
  | { readonly shown: 'frame' | 'window'; readonly name: string; readonly address: string }

export type DrawnWay = Extract<Way, { shown: 'code' | 'picture' }>
export type LeadingWay = Extract<Way, { shown: 'frame' | 'window' }>

/** The name of our own code, which always comes first. */
export const ownWay = 'app'

export interface Surroundings {
  /** Where the connectors are mounted, as an address with a host. */
  readonly connect: string
  /** Of the page. */
  readonly origin: string
  /** Whether the ticket is proved by a cookie, which a code that leads to it needs. */
  readonly hasCookie: boolean
  readonly returnTo: string | undefined
}

/** All that can be shown on this page, our own first, each once. What is no name is left out. */
export function waysNamed(names: string, around: Surroundings): readonly Way[] {
  const named = new Set(names.split(/\s+/).filter(name => /^[a-z\d-]{1,40}$/.test(name) && name !== ownWay))
  return [{ shown: 'own', name: ownWay }, ...[...named].flatMap(name => wayNamed(name, around))]
}

function wayNamed(name: string, { connect, origin, hasCookie, returnTo }: Surroundings): readonly Way[] {
  const drawn = drawnWays.get(name)
  if (drawn) {
    // The server makes such codes for pages of its own site alone: they cost something each.
    const isOurs = hasCookie && new URL(connect).origin === origin
    return isOurs ? [{ shown: drawn, name, address: `${connect}/${name}/code` }] : []
  }
  const query = returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: returnTo })}`
  return [{ shown: framed.has(name) ? 'frame' : 'window', name, address: `${connect}/${name}/start${query}` }]
}

const drawnWays: ReadonlyMap<string, DrawnWay['shown']> = new Map([
  ['wechat-account', 'code'],
  ['wechat-mini', 'picture'],
])

/** Providers whose page is made to stand in a frame. */
const framed: ReadonlySet<string> = new Set(['wechat'])

/** Without a `connect` of its own beside the mounted handler: `/connect` for `/v1`, `/auth/connect` for `/auth/v1`. */
export function connectAddress(connect: string | undefined, base: string, page: string): string {
  const mounted = new URL(base.replace(/\/+$/, ''), page)
  return new URL(connect ?? 'connect', connect === undefined ? mounted : page).href.replace(/\/+$/, '')
}
