/** Calls of a host's own that only the browser which signed in may make. @see T28 of the threat table */
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { requireProof } from '../../packages/scanlogin/src/http.ts'
import { LoginError, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { jwtSessions } from '../../packages/scanlogin/src/session.ts'
import { createClock, type ProofChanges, type ScriptedKey, scriptedKey } from '../../packages/scanlogin/src/testing.ts'

const address = 'https://shop.example.com/orders'
const refused = { code: 'unauthenticated', status: 401 }

async function open(options: { store?: Store } = {}) {
  const clock = createClock()
  const store = options.store ?? memoryStore({ clock })
  const [own, other] = [await scriptedKey({ now: clock.now }), await scriptedKey({ now: clock.now })]
  const sessions = jwtSessions({ store, issuer: 'https://id.example.com', clock })
  const { access } = await sessions.open({ id: 'alice' }, 'a-token-of-a-browser', { browserKey: own.thumbprint })
  const token = access?.token ?? ''
  const { cnf } = decodeJwt<{ cnf: { jkt: string } }>(token)

  /** What a thief of the token has to get past. */
  function call(dpop: string | undefined, { method = 'POST', url = address } = {}) {
    const request = new Request(url, { method, headers: dpop === undefined ? {} : { dpop } })
    return requireProof(request, { key: cnf.jkt, store, clock, accessToken: token })
  }

  const prove = async (key: ScriptedKey, changes: ProofChanges = {}) =>
    key.prove('POST', address, { ...changes, claims: { ath: await ath(token), ...changes.claims } })
  return { clock, store, own, other, token, call, prove }
}

/** RFC 9449, section 4.2. */
async function ath(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return Buffer.from(digest).toString('base64url')
}

describe('a token that is bound to a browser', () => {
  it('is taken from that browser', async () => {
    const { call, prove, own } = await open()
    await expect(call(await prove(own))).resolves.toBeUndefined()
  })

  it('is taken from nobody else', async () => {
    const { call, prove, other } = await open()
    await expect(call(await prove(other))).rejects.toMatchObject(refused)
    await expect(call(undefined)).rejects.toMatchObject(refused)
    await expect(call('')).rejects.toMatchObject(refused)
  })

  it('is taken once with one proof, also when a hundred copies arrive together', async () => {
    const { call, prove, own } = await open()
    const dpop = await prove(own)
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => call(dpop)))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const answer of answers) if (answer.status === 'rejected') expect(answer.reason).toMatchObject(refused)
  })

  const wrong: Record<string, { changes?: ProofChanges; call?: { method?: string; url?: string } }> = {
    'for another method': { call: { method: 'DELETE' } },
    'for another path': { call: { url: 'https://shop.example.com/admin' } },
    'for another host': { call: { url: 'https://evil.example/orders' } },
    'with another token': { changes: { claims: { ath: 'x'.repeat(43) } } },
    'with no token': { changes: { claims: { ath: undefined } } },
  }

  it.each(Object.entries(wrong))('is not taken with a proof %s', async (_name, { changes = {}, call: target }) => {
    const { call, prove, own } = await open()
    await expect(call(await prove(own, changes), target)).rejects.toMatchObject(refused)
  })

  it('is taken whatever stands behind the question mark', async () => {
    const { call, prove, own } = await open()
    await expect(call(await prove(own), { url: `${address}?page=2` })).resolves.toBeUndefined()
  })

  it('tells a browser whose clock is off by how much', async () => {
    const { call, prove, own, clock } = await open()
    const iat = Math.floor(clock.now() / 1000) + 3600
    await expect(call(await prove(own, { claims: { iat } }))).rejects.toMatchObject({ ...refused, clockAhead: 3600 })
  })

  it('is neither taken nor refused while the store cannot say whether the proof was used', async () => {
    const scene = await open()
    const dpop = await scene.prove(scene.own)
    scene.store.put = async () => {
      throw new LoginError('store_unavailable')
    }
    await expect(scene.call(dpop)).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('is taken by a process that has only just started', async () => {
    const { prove, own, token } = await open()
    let asked = false
    const store: Store = {
      ...memoryStore(),
      get: async () => {
        asked = true
        return undefined
      },
      now: () => {
        if (asked) return Date.now()
        throw new LoginError('store_unavailable')
      },
    }
    const dpop = await prove(own, { claims: { iat: Math.floor(Date.now() / 1000) } })
    const request = new Request(address, { method: 'POST', headers: { dpop } })
    await expect(requireProof(request, { key: own.thumbprint, store, accessToken: token })).resolves.toBeUndefined()
  })
})
