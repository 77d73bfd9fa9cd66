/** What a page hears when it renews its session, whatever the server says. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { toBrowserKey } from './browser-key.ts'
import { renewSession } from './renewal.ts'

beforeEach(() => vi.stubGlobal('location', { href: 'https://id.example.com/page' }))
afterEach(() => vi.unstubAllGlobals())

function serverOf(...answers: (readonly [status: number, body: unknown] | Error)[]) {
  const calls: { url: string; init: RequestInit }[] = []
  return {
    calls,
    fetch: async (url: string, init: RequestInit) => {
      calls.push({ url, init })
      const answer = answers.shift()
      if (!answer || answer instanceof Error) throw answer ?? new Error('asked too often')
      return new Response(JSON.stringify(answer[1]), { status: answer[0] })
    },
  }
}

const newKey = async () =>
  toBrowserKey(await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']))

const issuedAt = (proof: string) => JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString()).iat

describe('a page that renews its session', () => {
  it('hears for how long that is good, for either kind', async () => {
    const signed = serverOf([200, { session: { expires_in: 28_800, access_expires_in: 300 } }])
    expect(await renewSession({ fetch: signed.fetch, key: false })).toEqual({ state: 'renewed', seconds: 300 })
    expect(signed.calls).toEqual([{ url: 'https://id.example.com/v1/session', init: { method: 'POST' } }])
    const stored = serverOf([200, { session: { expires_in: 28_800, idle_expires_in: 1800 } }])
    expect(await renewSession({ fetch: stored.fetch, key: false })).toEqual({ state: 'renewed', seconds: 1800 })
  })

  it('hears that it is signed out, and never because of trouble', async () => {
    expect(await renewSession({ key: false, ...serverOf([401, {}]) })).toEqual({ state: 'signedOut' })
    const trouble = [[503, {}], [403, {}], [200, 'a page of a proxy'], [200, {}], new TypeError('unreachable')] as const
    for (const answer of trouble) {
      expect(await renewSession({ key: false, ...serverOf(answer) })).toEqual({ state: 'unknown' })
    }
  })

  it('proves its key, and again when its clock was off', async () => {
    const off = serverOf([400, { clock_ahead: 3600 }], [200, { session: { expires_in: 60 } }])
    expect(await renewSession({ fetch: off.fetch, key: await newKey() })).toEqual({ state: 'renewed', seconds: 60 })
    const [first, second] = off.calls.map(({ init }) => new Headers(init.headers).get('dpop') ?? '')
    expect(issuedAt(first ?? '') - issuedAt(second ?? '')).toBeGreaterThan(3590)
    const wrong = serverOf([400, {}])
    expect(await renewSession({ fetch: wrong.fetch, key: await newKey() })).toEqual({ state: 'unknown' })
  })
})
