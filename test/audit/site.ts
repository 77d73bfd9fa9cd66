/** A whole deployment in this process, on https as far as anybody can tell: the API, and the pages beside it. */
import { Hono } from 'hono'
import { createHandler, type HandlerOptions } from '../../packages/scanlogin/src/http.ts'
import {
  createLogin,
  type LoginOptions,
  memoryStore,
  type Policy,
  type Store,
} from '../../packages/scanlogin/src/index.ts'
import { jwtSessions, storedSessions } from '../../packages/scanlogin/src/session.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import type { Fetch } from '../../packages/scanlogin/src/testing.ts'
import { type AuditOptions, audit, type Finding, type Report } from '../../packages/server/src/audit/run.ts'
import { pages } from '../../packages/server/src/pages.ts'
import { securityHeaders } from '../../packages/server/src/security-headers.ts'

export const apiKey = 'an-api-key-of-the-tests-own-back-end'
export const origin = 'https://id.example.com'
export const url = `${origin}/v1`

/** Something wrong, put in front of a deployment that is right. */
export type Breaking = (fetch: Fetch) => Fetch

export interface SiteOptions {
  login?: Partial<LoginOptions>
  handler?: Partial<HandlerOptions>
  /** Made with the store that the site has. Default none. */
  policies?: (store: Store) => readonly Policy[]
  /** Default `stored`. */
  sessions?: 'stored' | 'jwt'
  breaking?: Breaking
}

export interface Site {
  readonly fetch: Fetch
  /** What the handler took for an outage or a bug. */
  readonly failures: unknown[]
  /** With an API key, and time that passes at once. */
  audit(options?: Partial<AuditOptions>): Promise<Report>
}

export function openSite(options: SiteOptions = {}): Site {
  const {
    login: loginOptions,
    handler: handlerOptions,
    sessions,
    policies = () => [],
    breaking = fetch => fetch,
  } = options
  const clock = createClock()
  const store = memoryStore({ clock })
  const failures: unknown[] = []
  const login = createLogin({ store, clock, publicUrl: origin, policies: policies(store), ...loginOptions })
  const handler = createHandler(login, {
    sessions: sessions === 'jwt' ? jwtSessions({ store, clock, issuer: origin }) : storedSessions({ store, clock }),
    apiKeys: [apiKey],
    // Behind a proxy this is where the address comes from; nothing that the browser writes is.
    clientAddress: () => '192.0.2.1',
    onError: error => failures.push(error),
    ...handlerOptions,
  })
  const web = new Hono()
  web.use(securityHeaders)
  web.route('/', pages({ demo: false, scanUrl: login.scanUrl, signInUrl: '', lanUrl: '', folder: builtPages }))
  const fetch = breaking(async request => (isCall(request) ? handler(request) : web.fetch(request)))
  return {
    fetch,
    failures,
    audit: options =>
      audit({ url, apiKey, fetch, wire, pause: async ms => void (await clock.advance(ms)), ...options }),
  }
}

/** The checks that ended with this verdict. */
export function those({ findings }: Report, verdict: Finding['verdict']): string[] {
  return findings.filter(finding => finding.verdict === verdict).map(({ id }) => id)
}

export function findingOf({ findings }: Report, id: string): Finding {
  const finding = findings.find(finding => finding.id === id)
  if (!finding) throw new Error(`there is no finding on ${id}`)
  return finding
}

function isCall(request: Request): boolean {
  return new URL(request.url).pathname.startsWith('/v1/')
}

/** No sockets and no certificates in one process. */
export const wire = {
  upgrade: async () => 404,
  certificate: async () => ({ protocol: 'TLSv1.3', daysLeft: 60 }),
}

const builtPages = new URL('../../packages/server/dist/public/', import.meta.url)
