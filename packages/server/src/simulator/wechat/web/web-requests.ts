/** Pages opened inside WeChat that ask who is reading them: the in-WeChat web authorisation (网页授权). */
import { returnAddress } from '../../http/callback.ts'
import { RefusedStep } from '../../play/refused-step.ts'
import type { WechatApp } from '../apps.ts'
import type { Person } from '../people.ts'
import type { Grants, Scope } from '../sns/grants.ts'
import type { World } from '../world.ts'

export interface WebRequest {
  readonly id: string
  readonly appid: string
  readonly redirectUri: string
  readonly scope: Exclude<Scope, 'snsapi_login'>
  readonly state: string
  readonly status: 'waiting' | 'confirmed' | 'denied'
}

export interface WebRequests {
  open(app: WechatApp, wish: Pick<WebRequest, 'redirectUri' | 'scope' | 'state'>): WebRequest
  /** Those that nobody has decided yet, oldest first. */
  waiting(): readonly WebRequest[]
  find(id: string): WebRequest | undefined
  /** Gives the address that the browser goes back to, with a code. Throws `RefusedStep`. */
  allow(id: string, person: Person): string
  /** The browser stays where it is. Throws `RefusedStep`. */
  deny(id: string): void
}

/** Seconds that a code of this kind lives: half as long as a website's. */
const codeTtl = 300

export function createWebRequests({ identifiers }: World, grants: Grants): WebRequests {
  const requests = new Map<string, WebRequest>()

  function waiting(id: string): WebRequest {
    const request = requests.get(id)
    if (!request) throw new RefusedStep('There is no such request')
    if (request.status !== 'waiting') throw new RefusedStep('This has been decided')
    return request
  }

  return {
    open({ appid }, wish) {
      const request: WebRequest = { id: identifiers.next(16), appid, ...wish, status: 'waiting' }
      requests.set(request.id, request)
      return request
    },
    waiting: () => [...requests.values()].filter(({ status }) => status === 'waiting'),
    find: id => requests.get(id),
    allow(id, person) {
      const request = waiting(id)
      requests.set(id, { ...request, status: 'confirmed' })
      const { appid, scope, redirectUri, state } = request
      const code = grants.issueCode({ appid, personId: person.id, scope }, codeTtl)
      return returnAddress(redirectUri, { code, state })
    },
    deny(id) {
      requests.set(id, { ...waiting(id), status: 'denied' })
    },
  }
}
