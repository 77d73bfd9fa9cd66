import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LoginError, type Store } from '../../packages/scanlogin/src/index.ts'
import type { ProofChanges } from '../../packages/scanlogin/src/testing.ts'
import { approve, base, open } from './scene.ts'

const tickets = `${base}/tickets`

/** Creates a ticket with this text as the proof. */
function createWith(scene: ReturnType<typeof open>, dpop: string) {
  return scene.browser.call('POST', '/tickets', { body: {}, headers: { dpop } })
}

describe('a proof of a browser key', () => {
  it('is taken where everything in it is right', async () => {
    const scene = open()
    const key = await scene.newKey()
    expect(await createWith(scene, await key.prove('POST', tickets))).toMatchObject({ status: 201 })
  })

  const wrong: Record<string, ProofChanges> = {
    'of another type': { header: { typ: 'jwt' } },
    'of no type': { header: { typ: undefined } },
    'without a signature': { header: { alg: 'none' } },
    'by another algorithm': { header: { alg: 'HS256' } },
    'without a key': { header: { jwk: undefined } },
    'with a key that is no object': { header: { jwk: 'key' } },
    'with a key of another kind': { header: { jwk: { kty: 'oct', k: 'AAAA' } } },
    'with an extension that must be understood': { header: { crit: ['b64'], b64: false } },
    'for another method': { claims: { htm: 'GET' } },
    'for no method': { claims: { htm: undefined } },
    'for another site': { claims: { htu: 'https://evil.example/v1/tickets' } },
    'for another scheme': { claims: { htu: 'http://id.example.com/v1/tickets' } },
    'for another call': { claims: { htu: `${tickets}/0/redeem` } },
    'for an address that is none': { claims: { htu: '/v1/tickets' } },
    'for no address': { claims: { htu: undefined } },
    'without an id': { claims: { jti: undefined } },
    'with an id that anyone may draw again': { claims: { jti: '1' } },
    'with an id of a thousand letters': { claims: { jti: 'x'.repeat(1000) } },
    'without a time': { claims: { iat: undefined } },
    'with a time that is text': { claims: { iat: '1700000000' } },
  }

  it.each(Object.entries(wrong))('is refused %s', async (_name, changes) => {
    const scene = open()
    const key = await scene.newKey()
    const reply = await createWith(scene, await key.prove('POST', tickets, changes))
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
    expect(reply.body).not.toHaveProperty('clock_ahead')
    expect(reply.headers.getSetCookie()).toEqual([])
  })

  it('is refused with the key of somebody else in it', async () => {
    const scene = open()
    const [mine, theirs] = [await scene.newKey(), await scene.newKey()]
    const [head] = (await theirs.prove('POST', tickets)).split('.')
    const [, claims, signature] = (await mine.prove('POST', tickets)).split('.')
    const reply = await createWith(scene, `${head}.${claims}.${signature}`)
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
  })

  it('is refused when any letter of it is changed', async () => {
    const scene = open()
    const proof = await (await scene.newKey()).prove('POST', tickets)
    await fc.assert(
      fc.asyncProperty(fc.nat(proof.length - 2), fc.constantFrom(...'AZaz09-_.'), async (at, letter) => {
        fc.pre(proof[at] !== letter)
        const reply = await createWith(scene, proof.slice(0, at) + letter + proof.slice(at + 1))
        expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
      }),
    )
  })

  it('is never the reason for more than a refusal, whatever text it is', async () => {
    const scene = open()
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map(text => Buffer.from(text).toString('base64url')),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), async parts => {
        const reply = await createWith(scene, parts.join('.'))
        expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
      }),
    )
    expect(scene.failures).toEqual([])
  })

  it('is refused beside a second one', async () => {
    const scene = open()
    const key = await scene.newKey()
    const two = `${await key.prove('POST', tickets)}, ${await key.prove('POST', tickets)}`
    expect(await createWith(scene, two)).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
  })

  it('works once, also when a thousand copies arrive together', async () => {
    const scene = open()
    const proof = await (await scene.newKey()).prove('POST', tickets)
    const replies = await Promise.all(Array.from({ length: 1000 }, () => createWith(scene, proof)))
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(replies.filter(({ body }) => body.code === 'invalid_proof')).toHaveLength(999)
  })

  it('does not work again for as long as its time would allow it', async () => {
    const scene = open()
    const ahead = { claims: { iat: Math.floor(scene.clock.now() / 1000) + 300 } }
    const proof = await (await scene.newKey()).prove('POST', tickets, ahead)
    expect(await createWith(scene, proof)).toMatchObject({ status: 201 })
    for (let passed = 0; passed < 11; passed++) {
      await scene.clock.advance(60_000)
      expect(await createWith(scene, proof)).toMatchObject({ status: 400 })
    }
  })

  it('may come from a clock that is five minutes off, and is told how far off a worse one is', async () => {
    const scene = open()
    const key = await scene.newKey()
    const now = Math.floor(scene.clock.now() / 1000)
    const at = async (iat: number) => createWith(scene, await key.prove('POST', tickets, { claims: { iat } }))
    for (const off of [-300, 0, 300]) expect(await at(now + off)).toMatchObject({ status: 201 })
    for (const off of [-86_400, -301, 301, 1e9]) {
      expect(await at(now + off)).toMatchObject({ status: 400, body: { code: 'invalid_proof', clock_ahead: off } })
    }
  })

  it('is not looked at by a site that knows no browsers', async () => {
    const scene = open({ login: { browsers: undefined } as object })
    expect(await createWith(scene, 'junk')).toMatchObject({ status: 201 })
  })

  it('passes as an outage when the store cannot say whether it was used', async () => {
    const broken = (store: Store): Store => ({
      ...store,
      put: (key, ...entry) =>
        key.startsWith('p:') ? Promise.reject(new LoginError('store_unavailable')) : store.put(key, ...entry),
    })
    const scene = open({ store: broken })
    expect(await (await scene.newKeyed()).create()).toMatchObject({ status: 503 })
  })
})

describe('a sign-in that was begun with a key', () => {
  it('is collected with that key, again within the time for a lost answer', async () => {
    const scene = open()
    const browser = await scene.newKeyed()
    await approve(browser, scene.phone)
    expect(await browser.redeem()).toMatchObject({ status: 200, body: { user: scene.phone.user } })
    expect(await browser.redeem()).toMatchObject({ status: 200, body: { user: scene.phone.user } })
  })

  it('is not collected by who has stolen the secret, with no key and with another', async () => {
    const scene = open()
    const browser = await scene.newKeyed()
    await approve(browser, scene.phone)
    const path = `/tickets/${browser.ticket.id}/redeem`
    const key = await scene.newKey()
    const dpop = await key.prove('POST', base + path)
    for (const proof of [{}, { dpop }]) {
      const headers = { authorization: `Bearer ${browser.secret}`, ...proof }
      const reply = await scene.stranger.browser.call('POST', path, { body: {}, headers })
      expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
    }
    expect(await browser.redeem()).toMatchObject({ status: 200 })
  })

  it('is not collected with a proof that was overheard, before or after it was used', async () => {
    const scene = open()
    const browser = await scene.newKeyed()
    await approve(browser, scene.phone)
    const path = `/tickets/${browser.ticket.id}/redeem`
    const headers = { dpop: await browser.key.prove('POST', base + path) }
    expect(await browser.call('POST', path, { body: {}, headers })).toMatchObject({ status: 200 })
    expect(await browser.call('POST', path, { body: {}, headers })).toMatchObject({ status: 400 })
    const other = await scene.newKeyed(browser.key)
    await approve(other, scene.phone)
    const elsewhere = { dpop: await browser.key.prove('POST', base + path) }
    const reply = await other.call('POST', `/tickets/${other.ticket.id}/redeem`, { body: {}, headers: elsewhere })
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_proof' } })
  })

  it('has a session whose token nobody makes of the stolen secret', async () => {
    const { phone, newKeyed, fetch } = open()
    const browser = await newKeyed()
    await approve(browser, phone)
    const { secret } = browser
    expect(secret).toMatch(/^[\w-]{43}$/)
    await browser.redeem()
    const own = [...browser.cookies].find(([name]) => name.endsWith('-session'))?.[1]
    const { id } = browser.ticket
    for (const label of [`s1.${id}`, `s2.${id}`, `s2.${id}.`, `s2.${id}.undefined`, id]) {
      const token = createHmac('sha256', Buffer.from(secret, 'base64url')).update(label).digest('base64url')
      const reply = await fetch('/v1/session', { headers: { authorization: `Bearer ${token}` } })
      expect(reply.status).toBe(401)
    }
    expect((await fetch('/v1/session', { headers: { authorization: `Bearer ${own}` } })).status).toBe(200)
  })

  it('leaves no trace of a stranger in the store', async () => {
    const keys: string[] = []
    const listening = (store: Store): Store => ({
      ...store,
      put: (key, ...entry) => {
        keys.push(key)
        return store.put(key, ...entry)
      },
    })
    const scene = open({ store: listening })
    const browser = await scene.newKeyed()
    await approve(browser, scene.phone)
    keys.length = 0
    const path = `/tickets/${browser.ticket.id}/redeem`
    const dpop = await (await scene.newKey()).prove('POST', base + path)
    const secrets = ['x'.repeat(43), browser.secret]
    for (const secret of secrets) {
      const headers = { authorization: `Bearer ${secret}`, dpop }
      await scene.stranger.browser.call('POST', path, { body: {}, headers })
    }
    expect(keys).toEqual([])
  })
})

describe('a sign-in that was begun without a key', () => {
  it('is collected without one, and also by a browser that has got one since', async () => {
    const scene = open()
    await approve(scene.browser, scene.phone)
    expect(await scene.browser.redeem()).toMatchObject({ status: 200 })
    const browser = await scene.newKeyed()
    await browser.call('POST', '/tickets', { body: {} })
    await approve(scene.browser, scene.phone)
    const path = `/tickets/${scene.browser.ticket.id}/redeem`
    const headers = { dpop: await browser.key.prove('POST', base + path) }
    expect(await scene.browser.call('POST', path, { body: {}, headers })).toMatchObject({ status: 200 })
  })
})
