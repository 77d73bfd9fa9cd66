/** The audit of deployments that are right, and how it leaves them. */
import { describe, expect, it } from 'vitest'
import type { Store } from '../../packages/scanlogin/src/index.ts'
import { always, highUsage, promptFatigue, rateLimits } from '../../packages/scanlogin/src/policies.ts'
import { catalogue } from '../../packages/server/src/audit/catalogue.ts'
import { AuditError } from '../../packages/server/src/audit/run.ts'
import { answering, bodyOf, remembering, secretOn, withHeaders } from './broken/spoiling.ts'
import { apiKey, type Breaking, findingOf, openSite, origin, those, url } from './site.ts'

describe('the audit of a server that is right', () => {
  it('finds nothing but that TLS is not its own', async () => {
    const site = openSite()
    const report = await site.audit({ slow: true })
    expect(those(report, 'fail')).toEqual([])
    expect(those(report, 'skipped')).toEqual([])
    // Strict-Transport-Security belongs to the proxy that terminates TLS.
    expect(those(report, 'warn')).toEqual(['transport'])
    expect(report.findings).toHaveLength(catalogue.length)
    expect(site.failures).toEqual([])
  })

  it('finds nothing more where check codes are asked for', async () => {
    const report = await openSite({ login: { checkCode: 4 } }).audit({ slow: true })
    expect([those(report, 'fail'), those(report, 'warn'), those(report, 'skipped')]).toEqual([[], ['transport'], []])
  })

  it('finds nothing more where sessions are signed tokens', async () => {
    const report = await openSite({ sessions: 'jwt' }).audit({ slow: true })
    expect([those(report, 'fail'), those(report, 'warn'), those(report, 'skipped')]).toEqual([[], ['transport'], []])
  })

  it('passes policies that ask for all there is, and that count', async () => {
    const policies = (store: Store) => [
      always({ checkCode: 6, userVerification: true, shortSession: true }),
      rateLimits(),
      promptFatigue({ store }),
      highUsage({ store }),
    ]
    const report = await openSite({ policies }).audit({ slow: true, user: 'alice' })
    expect([those(report, 'fail'), those(report, 'warn'), those(report, 'skipped')]).toEqual([[], ['transport'], []])
  })

  it('signs in nobody but the user it is given', async () => {
    const users = new Set<unknown>()
    const breaking = answering(async (reply, request) => {
      if (request.url.endsWith('/redeem') && reply.status === 200) users.add((await bodyOf(reply)).user)
      return reply
    })
    await openSite({ breaking }).audit({ slow: true, user: 'alice' })
    expect(new Set([...users].map(user => (user as { id: string }).id))).toEqual(new Set(['alice']))
  })

  it('warns of a code that does not rotate', async () => {
    const report = await openSite({ login: { rotation: false } }).audit({ slow: true })
    expect(those(report, 'fail')).toEqual([])
    expect(those(report, 'warn')).toEqual(['forged-code', 'transport', 'stale-code'])
  })

  it('tries without an API key what a stranger can try, and says what it leaves out', async () => {
    const report = await openSite().audit({ slow: true, apiKey: '' })
    expect(those(report, 'fail')).toEqual([])
    expect(those(report, 'skipped')).toEqual(catalogue.filter(({ needs }) => needs === 'phone').map(({ id }) => id))
    expect(findingOf(report, 'redeem-race').remarks[0]?.text).toContain('SCANLOGIN_API_KEY')
    expect(findingOf(report, 'personal-fields').remarks[0]?.text).toContain('only the state pending')
  })

  it('waits for no lifetime unless it is asked to', async () => {
    const report = await openSite().audit({ pause: () => expect.unreachable() })
    expect(those(report, 'skipped')).toEqual(catalogue.filter(({ slow }) => slow).map(({ id }) => id))
  })

  it('tries only what it is asked to', async () => {
    const { findings } = await openSite().audit({ only: ['cors', 'limits'] })
    expect(findings.map(({ id }) => id)).toEqual(['cors', 'limits'])
  })

  it('tells with each finding what to do, which threat it is about, and a request that shows it', async () => {
    const { findings } = await openSite().audit({ slow: true })
    for (const { id, advice, reference, evidence } of findings) {
      expect(advice.length, id).toBeGreaterThan(20)
      expect(reference, id).toMatch(/^(F\d|T\d+|protocol)(, (F\d|T\d+))*$/)
      expect(evidence[0]?.answer?.status, id).toBeGreaterThanOrEqual(200)
    }
  })
})

describe('an audit', () => {
  it('leaves no ticket open and no session behind', async () => {
    const tickets = new Map<string, string>()
    const sessions: string[] = []
    const site = openSite({ breaking: keepingBooks(tickets, sessions) })
    await site.audit({ slow: true })
    expect(tickets.size).toBeGreaterThan(100)
    expect(sessions.length).toBeGreaterThan(5)
    for (const [id, secret] of tickets) {
      const reply = await site.fetch(
        new Request(`${url}/tickets/${id}`, { headers: { authorization: `Bearer ${secret}` } }),
      )
      // What has ended long ago is not known any more.
      if (reply.status !== 404) expect((await bodyOf(reply)).state).toMatch(/^(redeemed|denied|cancelled|expired)$/)
    }
    for (const cookie of sessions) {
      expect((await site.fetch(new Request(`${url}/session`, { headers: { cookie } }))).status).toBe(401)
    }
  })

  it('is no flood, and calls nobody but the deployment', async () => {
    const hosts = new Set<string>()
    let [underWay, most] = [0, 0]
    const breaking: Breaking = fetch => async request => {
      hosts.add(new URL(request.url).host)
      underWay++
      most = Math.max(most, underWay)
      return fetch(request).finally(() => underWay--)
    }
    const { requests } = await openSite({ breaking }).audit({ slow: true })
    expect([...hosts]).toEqual(['id.example.com'])
    expect(most).toBeLessThanOrEqual(8)
    expect(requests).toBeLessThan(1200)
  })

  it('shows no secret in a report full of evidence', async () => {
    const secrets = new Set([apiKey])
    const listening: Breaking = answering(async (reply, request) => {
      for (const secret of [...secretsIn(await bodyOf(reply)), secretOn(request)]) secrets.add(secret)
      for (const line of reply.headers.getSetCookie()) secrets.add(/=([^;]*)/.exec(line)?.[1] ?? '')
      return withHeaders(reply, headers => {
        for (const name of ['x-content-type-options', 'cache-control', 'referrer-policy']) headers.delete(name)
        headers.set('access-control-allow-origin', request.headers.get('origin') ?? '*')
      })
    })
    const report = await openSite({ breaking: listening }).audit({ slow: true })
    expect(those(report, 'fail').length).toBeGreaterThan(2)
    const text = JSON.stringify(report)
    const long = [...secrets].filter(secret => secret.length >= 16 && !/^(.)\1*$/.test(secret))
    expect(long.length).toBeGreaterThan(200)
    expect(long.filter(secret => text.includes(secret) && !publicTexts.test(secret))).toEqual([])
  })

  it('fails a deployment that does not answer, and goes on', async () => {
    const breaking: Breaking = fetch => async request => {
      if (request.method === 'OPTIONS') throw new TypeError('fetch failed', { cause: new Error('socket hang up') })
      return fetch(request)
    }
    const report = await openSite({ breaking }).audit()
    expect(those(report, 'fail')).toEqual(['cors'])
    expect(findingOf(report, 'cors').remarks[0]?.text).toBe('OPTIONS /v1/tickets was not answered: socket hang up')
  })

  it('waits where it is asked to, and leaves out what it is not allowed to try', async () => {
    const pauses: number[] = []
    const pause = async (ms: number) => void pauses.push(ms)
    const report = await openSite({ breaking: limiting(20) }).audit({
      pause,
      only: ['sign-in', 'predictable-id', 'limits'],
    })
    expect(pauses).toEqual([7000, 7000])
    expect([those(report, 'pass'), those(report, 'skipped')]).toEqual([['sign-in'], ['predictable-id', 'limits']])
    expect(findingOf(report, 'predictable-id').remarks.at(-1)?.text).toContain('429')
  })

  it.each([
    ['the address is not that of the calls', { url: origin }, /mounted at/],
    ['the page has another origin', { origin: 'https://www.example.org' }, /forbidden.*--origin/s],
    ['the API key is wrong', { apiKey: 'k'.repeat(40) }, /does not know this API key/],
    ['nobody is there', { fetch: () => Promise.reject(new Error('ECONNREFUSED')) }, /not answered: ECONNREFUSED/],
  ])('does not begin where %s', async (_, options, message) => {
    const beginning = openSite().audit(options)
    await expect(beginning).rejects.toThrow(AuditError)
    await expect(beginning).rejects.toThrow(message)
  })
})

/** Writes down every ticket with its secret, and every session's cookie. */
function keepingBooks(tickets: Map<string, string>, sessions: string[]): Breaking {
  return remembering((fetch, births) => async request => {
    const reply = await fetch(request)
    for (const [id, { secret }] of births) tickets.set(id, secret)
    const [cookie] = reply.headers.getSetCookie()
    if (request.url.endsWith('/redeem') && cookie) sessions.push(cookie.split(';')[0] ?? '')
    return reply
  })
}

/** Lets this many tickets be opened, and then none. */
function limiting(tickets: number): Breaking {
  let left = tickets
  return fetch => async request => {
    if (!request.url.endsWith('/tickets') || left-- > 0) return fetch(request)
    const problem = { type: 'about:blank', title: 'Too many', status: 429, code: 'rate_limited' }
    const headers = { 'content-type': 'application/problem+json', 'retry-after': '7' }
    return new Response(JSON.stringify(problem), { status: 429, headers })
  }
}

/** Texts under the names of secrets. */
function secretsIn(value: unknown, under = ''): string[] {
  if (typeof value === 'string') return /^(secret|scan_token|key|token)$/.test(under) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) => secretsIn(part, name))
}

/** What the audit itself sends as a secret that is none: ids, codes, invented tokens. */
const publicTexts = /^([0-9A-HJKMNP-TV-Z]{26}(\..*)?|[A-Z-]{8,9}|A+|audit.*)$/
