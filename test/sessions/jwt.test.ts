/** Sessions that others can check: what a token says, how it is renewed, and what becomes of one that was copied. */
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  type JWK,
  jwtVerify,
} from 'jose'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../packages/scanlogin/src/index.ts'
import { generateKey, type JwtSessionsOptions, jwtSessions, type Reuse } from '../../packages/scanlogin/src/session.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'

const issuer = 'https://id.example.com'
const alice = { id: 'alice', name: 'Alice' }
const minute = 60_000
const day = 86_400_000

function start(options: Partial<JwtSessionsOptions> = {}) {
  const clock = createClock()
  const store = memoryStore({ clock })
  const reuses: Reuse[] = []
  const node = (own: Partial<JwtSessionsOptions> = {}) =>
    jwtSessions({ store, clock, issuer, onReuse: reuse => reuses.push(reuse), ...options, ...own })
  return { clock, store, reuses, node, here: node(), there: node() }
}

type Started = ReturnType<typeof start>

/** As a back end does that knows nothing but the address of the keys. */
async function check({ clock }: Started, token: string, keys: { keys: readonly object[] }, audience = issuer) {
  const set = createLocalJWKSet({ keys: keys.keys as JWK[] })
  return jwtVerify(token, set, { issuer, audience, currentDate: new Date(clock.now()) })
}

describe('an access token', () => {
  it('says who is signed in, for five minutes, to whoever has the public keys', async () => {
    const world = start()
    const { here, clock } = world
    const details = { amr: ['mca', 'user'], browserKey: 'thumbprint' }
    const { access, id } = await here.open(alice, 'token', details)
    const { payload, protectedHeader } = await check(world, access?.token ?? '', await here.publicKeys())
    const now = clock.now() / 1000
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
    expect(payload).toEqual({
      iss: issuer,
      sub: 'alice',
      aud: issuer,
      iat: now,
      exp: now + 300,
      auth_time: now,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      sid: id,
      amr: ['mca', 'user'],
      cnf: { jkt: 'thumbprint' },
    })
    await clock.advance(300_000)
    await expect(check(world, access?.token ?? '', await here.publicKeys())).rejects.toThrow(/exp/)
  })

  it('is for the site that the person signed in to, and for no other', async () => {
    const world = start({ audience: 'https://api.example.com' })
    const own = await world.here.open(alice, '1')
    const shops = await world.here.open(alice, '2', { clientId: 'shop' })
    expect(decodeJwt(own.access?.token ?? '')).toMatchObject({ aud: 'https://api.example.com' })
    expect(decodeJwt(shops.access?.token ?? '')).toMatchObject({ aud: 'shop', client_id: 'shop' })
  })

  it('is signed with Ed25519 where that is wished', async () => {
    const world = start({ alg: 'EdDSA' })
    const { access } = await world.here.open(alice, 'token')
    const { protectedHeader } = await check(world, access?.token ?? '', await world.here.publicKeys())
    expect(protectedHeader.alg).toBe('EdDSA')
  })

  it('never outlives its session', async () => {
    const { here } = start({ ttl: 60, idle: false })
    const { access, expiresAt } = await here.open(alice, 'token')
    expect(access?.expiresAt).toBe(expiresAt)
  })

  it('is read by every node, and by none once the session has ended', async () => {
    const { here, there, clock } = start()
    const { access } = await here.open(alice, 'token')
    expect((await there.read(access?.token ?? ''))?.user).toEqual(alice)
    await there.end(access?.token ?? '')
    await clock.advance(5000)
    expect(await here.read(access?.token ?? '')).toBeUndefined()
  })

  it('of another issuer, another kind or another key is nobody', async () => {
    const { here, node, clock } = start()
    const { access } = await here.open(alice, 'token')
    const token = access?.token ?? ''
    const [header = '', payload = '', signature = ''] = token.split('.')
    const none = `${btoa(JSON.stringify({ ...decodeProtectedHeader(token), alg: 'none' }))}.${payload}.`
    for (const forged of [`${header}.${payload}.${signature.slice(2)}AA`, none, `${header}.${payload}.`, 'x.y.z', '']) {
      expect(await here.read(forged)).toBeUndefined()
    }
    expect(await node({ issuer: 'https://other.example.com' }).read(token)).toBeUndefined()
    await clock.advance(300_000)
    expect(await here.read(token)).toBeUndefined()
  })
})

describe('a refresh token', () => {
  it('changes with each use, and the session stays the same', async () => {
    const { here, there, clock } = start()
    let { token, id } = await here.open(alice, 'token')
    const tokens = new Set([token])
    for (let n = 1; n <= 10; n++) {
      await clock.advance(5 * minute)
      const renewed = await (n % 2 ? here : there).renew(token)
      expect([renewed.id, renewed.user]).toEqual([id, alice])
      token = renewed.token
      tokens.add(token)
    }
    expect(tokens.size).toBe(11)
  })

  it('that was used before ends the session for everybody, and says so', async () => {
    const { here, there, clock, reuses } = start()
    const first = await here.open(alice, 'token')
    await clock.advance(minute)
    const second = await here.renew(first.token)
    await clock.advance(minute)
    await expect(there.renew(first.token)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(here.renew(second.token)).rejects.toMatchObject({ code: 'unauthenticated' })
    await clock.advance(5000)
    expect(await here.read(second.access?.token ?? '')).toBeUndefined()
    expect(await here.list('alice')).toEqual([])
    expect(reuses).toEqual([{ session: expect.objectContaining({ id: first.id }), at: expect.any(Number) }])
  })

  it('is known again after hundreds of uses', async () => {
    const { here, reuses, clock } = start({ grace: 0 })
    const first = await here.open(alice, 'token')
    let { token } = first
    for (let n = 0; n < 300; n++) token = (await here.renew(token)).token
    await clock.advance(1)
    await expect(here.renew(first.token)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(reuses).toHaveLength(1)
  })

  it('whose answer was lost gets the same answer for thirty seconds', async () => {
    const { here, there, clock, reuses } = start()
    const first = await here.open(alice, 'token')
    const second = await here.renew(first.token)
    await clock.advance(29_999)
    expect((await there.renew(first.token)).token).toBe(second.token)
    expect((await there.renew(second.token)).token).not.toBe(second.token)
    expect(reuses).toEqual([])
  })

  it('that two tabs use one after the other gives both the latest', async () => {
    const { here, there, clock } = start()
    const first = await here.open(alice, 'token')
    const second = await here.renew(first.token)
    await clock.advance(1000)
    const third = await here.renew(second.token)
    expect((await there.renew(first.token)).token).toBe(third.token)
    expect((await there.renew(second.token)).token).toBe(third.token)
    await clock.advance(minute)
    expect((await here.renew(third.token)).token).not.toBe(third.token)
  })

  it('gets no grace where there is none', async () => {
    const { here, reuses } = start({ grace: 0 })
    const { token } = await here.open(alice, 'token')
    await here.renew(token)
    await expect(here.renew(token)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(reuses).toHaveLength(1)
  })

  it('that nobody ever gave out ends nothing, whatever is known of the session', async () => {
    const { here, reuses } = start({ grace: 0 })
    const { token, id } = await here.open(alice, 'token')
    const second = await here.renew(token)
    const [, , secret = ''] = second.token.split('~')
    const nonsense = [
      `${id}~0~${'x'.repeat(43)}`,
      `${id}~1~${'x'.repeat(43)}`,
      `${id}~2~${secret}`,
      `${id}~0~${secret}`,
      `${id}~999999999~${secret}`,
      `${'x'.repeat(43)}~1~${secret}`,
      `${id}~1`,
      id,
      '',
      'a.b.c',
    ]
    for (const one of nonsense) {
      await expect(here.renew(one), one).rejects.toMatchObject({ code: 'unauthenticated' })
      await here.end(one)
    }
    expect(reuses).toEqual([])
    expect((await here.renew(second.token)).id).toBe(id)
  })

  it('reads the session without being used up', async () => {
    const { here, there, clock } = start()
    const first = await here.open(alice, 'token')
    expect((await there.read(first.token))?.user).toEqual(alice)
    const second = await here.renew(first.token)
    expect((await there.read(second.token))?.id).toBe(first.id)
    await clock.advance(minute)
    expect(await there.read(first.token)).toBeUndefined()
    expect((await here.renew(second.token)).id).toBe(first.id)
  })

  it('signs out, also when it is an old one', async () => {
    const { here } = start()
    const first = await here.open(alice, 'token')
    const second = await here.renew(first.token)
    await here.end(first.token)
    await expect(here.renew(second.token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('is the same one where the sign-in is collected again, or the one that came after it', async () => {
    const { here, there, clock } = start()
    const first = await here.open(alice, 'token')
    expect((await there.open(alice, 'token')).token).toBe(first.token)
    const second = await here.renew(first.token)
    expect((await there.open(alice, 'token')).token).toBe(second.token)
    await here.end(second.token)
    await clock.advance(1000)
    await expect(there.open(alice, 'token')).rejects.toMatchObject({ code: 'already_redeemed' })
  })

  it('ends with the limit of its session, however often it is used', async () => {
    const { here, clock } = start({ ttl: 3600 })
    let { token } = await here.open(alice, 'token')
    for (let n = 0; n < 11; n++) {
      await clock.advance(5 * minute)
      token = (await here.renew(token)).token
    }
    await clock.advance(5 * minute)
    await expect(here.renew(token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('ends when nobody uses it for half an hour', async () => {
    const { here, clock } = start()
    const { token } = await here.open(alice, 'token')
    await clock.advance(31 * minute)
    await expect(here.renew(token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('stands nowhere in the store, nor does anything that makes one', async () => {
    const { here, store } = start()
    const first = await here.open(alice, 'a-token-of-a-browser')
    const second = await here.renew(first.token)
    const entry = await store.get(`s:${first.id}`)
    for (const token of [first.token, second.token]) expect(entry?.value).not.toContain(token.split('~')[2])
    expect(entry?.value).not.toContain('a-token-of-a-browser')
  })
})

describe('signing keys', () => {
  it('are made once for all nodes', async () => {
    const { node } = start()
    const sets = await Promise.all(Array.from({ length: 10 }, () => node().publicKeys()))
    expect(new Set(sets.map(({ keys }) => JSON.stringify(keys))).size).toBe(1)
    expect(sets[0]?.keys).toHaveLength(1)
  })

  it('have nothing private in what is published', async () => {
    for (const alg of ['ES256', 'EdDSA'] as const) {
      const [key] = (await start({ alg }).here.publicKeys()).keys
      expect(Object.keys(key ?? {}).sort()).toEqual(
        alg === 'ES256' ? ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'] : ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
      )
    }
  })

  it('change without a gap: the next is published a day before it signs, the last until its tokens have ended', async () => {
    const world = start()
    const { here, there, clock } = world
    const seen: Record<string, { published: number; signs: number; signed: number; gone: number }> = {}
    const step = day / 4
    for (let round = 0; round < 65 * 4; round++) {
      const session = await here.open(alice, `token ${round}`)
      const keys = await there.publicKeys()
      await check(world, session.access?.token ?? '', keys)
      const now = clock.now()
      for (const { kid = '' } of keys.keys) {
        seen[kid] ??= { published: now, signs: 0, signed: 0, gone: 0 }
        seen[kid].gone = now
      }
      const { kid = '' } = decodeProtectedHeader(session.access?.token ?? '')
      const key = seen[kid]
      if (key) Object.assign(key, { signs: key.signs || now, signed: now })
      await clock.advance(step)
    }
    const [first, second, third] = Object.values(seen)
    expect(Object.keys(seen)).toHaveLength(3)
    expect((second?.signs ?? 0) - (second?.published ?? 0)).toBeGreaterThanOrEqual(day - step)
    expect((second?.signs ?? 0) - (first?.signed ?? 0)).toBe(step)
    expect((second?.signed ?? 0) - (second?.signs ?? 0)).toBe(30 * day - step)
    expect(third?.signs).toBeGreaterThan(0)
    expect(first?.gone).toBeLessThan(second?.gone ?? 0)
  })

  it('verify what they have signed last for as long as that holds', async () => {
    const world = start({ keyTtl: 3600 })
    const { here, node, clock } = world
    await here.publicKeys()
    await clock.advance(3_599_000)
    const { access } = await here.open(alice, 'token')
    await clock.advance(298_000)
    const another = node()
    await check(world, access?.token ?? '', await another.publicKeys())
    expect((await another.open(alice, 'next')).access?.token.split('.')[0]).not.toBe(access?.token.split('.')[0])
    expect((await another.read(access?.token ?? ''))?.user).toEqual(alice)
  })

  it('from the configuration are used as they are: the first signs, all are published', async () => {
    const world = start()
    const [old, next] = await Promise.all([generateKey('ES256'), generateKey('EdDSA')])
    const before = world.node({ keys: [old.jwk, next.jwk] })
    const after = world.node({ keys: [next.jwk, old.jwk] })
    const { access } = await before.open(alice, '1')
    const { access: later } = await after.open(alice, '2')
    for (const token of [access?.token ?? '', later?.token ?? '']) {
      await check(world, token, await before.publicKeys())
      await check(world, token, await after.publicKeys())
      expect((await before.read(token))?.user).toEqual(alice)
      expect((await after.read(token))?.user).toEqual(alice)
    }
    expect(decodeProtectedHeader(access?.token ?? '').kid).toBe(old.kid)
    expect(decodeProtectedHeader(later?.token ?? '').kid).toBe(next.kid)
    expect(await world.store.get('signing-keys')).toBeUndefined()
  })

  it('that cannot be used are refused', async () => {
    const { node } = start()
    const { jwk } = await generateKey('ES256')
    const { d: _, ...open } = jwk
    const rsa = await generateKeyPair('RS256', { extractable: true })
    const wrong: JWK[][] = [
      [open],
      [{ ...jwk, alg: 'HS256' }],
      [{ kty: 'oct', k: 'c2VjcmV0' }],
      [await exportJWK(rsa.privateKey)],
      [jwk, jwk],
    ]
    for (const keys of wrong) await expect(node({ keys }).publicKeys()).rejects.toThrow(TypeError)
    expect(() => node({ keys: [] })).toThrow(TypeError)
  })
})

describe('the options of tokens', () => {
  it('are refused where they cannot be', () => {
    const { node } = start()
    for (const options of [{ accessTtl: 29 }, { accessTtl: 3601 }, { grace: -1 }, { grace: 301 }, { keyTtl: 3599 }]) {
      expect(() => node(options), JSON.stringify(options)).toThrow(TypeError)
    }
  })
})
