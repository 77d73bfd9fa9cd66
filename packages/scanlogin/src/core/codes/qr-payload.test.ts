import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LoginError } from '../errors.ts'
import { toBase64url, toCrockford } from '../secrets/encoding.ts'
import { agePayload, makePayload, parsePayload } from './qr-payload.ts'

const site = 'https://id.example.com/s'
const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 })
const id = bytes.map(toCrockford)
const key = bytes.map(toBase64url)
/** ms since creation, within what a ticket can be scanned for. */
const age = fc.integer({ min: 0, max: 300_000 })

describe('a QR payload', () => {
  it('is good while its step is the present one or the one before', async () => {
    await holds(fc.tuple(id, key, age, age), async ([of, rotationKey, drawn, read]) => {
      const behind = Math.floor(read / 10_000) - Math.floor(drawn / 10_000)
      const verdict = await judge(await makePayload(of, rotationKey, drawn), of, rotationKey, read)
      expect(verdict).toBe(behind === 0 || behind === 1 ? 'good' : 'stale_qr')
    })
  })

  it('carries the mac that the protocol describes', async () => {
    await holds(fc.tuple(id, key, age), async ([of, rotationKey, drawn]) => {
      const step = Math.floor(drawn / 10_000)
      const mac = createHmac('sha256', Buffer.from(rotationKey, 'base64url')).update(`q1.${of}.${step}`).digest()
      expect(await makePayload(of, rotationKey, drawn)).toBe(`${of}.${step}.${toCrockford(mac).slice(0, 10)}`)
    })
  })

  it('is dead 20 s after it was drawn, at the latest', async () => {
    await holds(fc.tuple(id, key, age), async ([of, rotationKey, drawn]) => {
      const payload = await makePayload(of, rotationKey, drawn)
      expect(await judge(payload, of, rotationKey, drawn + 10_000)).toBe('good')
      expect(await judge(payload, of, rotationKey, drawn + 20_000)).toBe('stale_qr')
    })
  })

  it('is refused when any of its characters is another', async () => {
    const alphabet = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ.']
    await holds(
      fc.tuple(id, key, age, fc.nat(), fc.constantFrom(...alphabet)),
      async ([of, rotationKey, now, at, by]) => {
        const payload = await makePayload(of, rotationKey, now)
        const place = at % payload.length
        fc.pre(payload[place] !== by)
        const altered = payload.slice(0, place) + by + payload.slice(place + 1)
        expect(await judge(altered, of, rotationKey, now)).not.toBe('good')
      },
    )
  })

  it('is refused under the key of another ticket', async () => {
    await holds(fc.tuple(id, key, key, age), async ([of, one, other, now]) => {
      fc.pre(one !== other)
      expect(await judge(await makePayload(of, one, now), of, other, now)).toBe('stale_qr')
    })
  })

  it('is refused without a step where codes rotate, and needs none where they do not', async () => {
    await holds(fc.tuple(id, key, age), async ([of, rotationKey, now]) => {
      expect(await judge(of, of, rotationKey, now)).toBe('stale_qr')
      expect(await judge(await makePayload(of, undefined, now), of, undefined, now)).toBe('good')
    })
  })

  it('is read with the whole address of this site and with no other', async () => {
    const payload = await makePayload('0123456789ABCDEFGHJKMNPQRS', 'AAAAAAAAAAAAAAAAAAAAAA', 0)
    expect(parsePayload(`${site}#${payload}`, site)).toEqual(parsePayload(payload, site))
    const others = [
      'https://id.example.org/s#',
      'http://id.example.com/s#',
      'https://id.example.com/t#',
      'https://id.example.com/s/#',
      'https://id.example.com/s?x#',
      'https://id.example.com.evil.example/s#',
      'https://evil.example/https://id.example.com/s#',
      'HTTPS://ID.EXAMPLE.COM/s#',
      ' https://id.example.com/s#',
      `${site}#${site}#`,
      'weixin://',
      '#',
    ]
    for (const other of others) expect(() => parsePayload(other + payload, site)).toThrow(LoginError)
    expect(() => parsePayload(`${payload}\n`, site)).toThrow(LoginError)
  })

  it('is read the one way it is written', () => {
    const [of, mac] = ['0123456789ABCDEFGHJKMNPQRS', '0123456789']
    expect(parsePayload(`${of}.0.${mac}`, site)).toEqual({ id: of, rotation: { step: 0, mac } })
    for (const step of ['00', '01', '-1', '1.5', '1e1', '٣', '10000', '']) {
      expect(() => parsePayload(`${of}.${step}.${mac}`, site)).toThrow(LoginError)
    }
    expect(() => parsePayload(of.toLowerCase(), site)).toThrow(LoginError)
  })

  it('or a refusal is all that arbitrary text gives', () => {
    const arbitrary = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ withFragments: true }),
      fc.string().map(text => `${site}#${text}`),
    )
    fc.assert(
      fc.property(arbitrary, text => {
        try {
          expect(parsePayload(text, site).id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
        } catch (error) {
          expect(error).toMatchObject({ name: 'LoginError', code: 'invalid_request' })
        }
      }),
    )
  })
})

async function holds<T>(values: fc.Arbitrary<T>, claim: (value: T) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(values, claim))
}

/** What the server says to `text` for a ticket of that age: good, or the code of the refusal. */
async function judge(text: string, id: string, rotationKey: string | undefined, age: number): Promise<string> {
  const birth = {
    id,
    createdAt: 0,
    secretHash: 'secret',
    rotationKey,
    clientId: undefined,
    returnTo: undefined,
    codeChallenge: undefined,
    origin: { ip: undefined, browser: 'Firefox', os: 'Linux' },
  }
  try {
    const payload = parsePayload(text, site)
    if (payload.id !== id) return 'another ticket'
    const judged = await agePayload(payload, birth, age)
    return judged === 'fresh' ? 'good' : 'stale_qr'
  } catch (error) {
    if (error instanceof LoginError) return error.code
    throw error
  }
}

it('a code that is scanned on a node whose clock is a hair behind is taken', async () => {
  const [id, key] = [toCrockford(new Uint8Array(16)), toBase64url(new Uint8Array(16))]
  expect(await judge(await makePayload(id, key, 0), id, key, -3)).toBe('good')
})
