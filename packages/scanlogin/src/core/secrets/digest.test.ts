import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as node from '../../node/digest.ts'
import * as web from './digest.ts'

const text = fc.string({ unit: 'binary' })

describe('the two digests', () => {
  it('hash every text to the same SHA-256', async () => {
    const agree = fc.asyncProperty(text, async some => {
      expect(await web.sha256(some)).toBe(node.sha256(some))
    })
    await fc.assert(agree)
  })

  it('make the same HMAC of every text under every key', async () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 200 }).map(bytes => new Uint8Array(bytes))
    const agree = fc.asyncProperty(key, text, async (secret, some) => {
      expect(await web.hmac(secret, some)).toEqual(node.hmac(secret, some))
    })
    await fc.assert(agree)
  })

  it('agree on text that is not well formed', async () => {
    const broken = 'a lone surrogate \ud800 is no character'
    expect(await web.sha256(broken)).toBe(node.sha256(broken))
    const key = new Uint8Array(16)
    expect(await web.hmac(key, broken)).toEqual(node.hmac(key, broken))
  })

  it('give the published values', async () => {
    // RFC 7636 appendix B, and RFC 4231 test case 2.
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
    const mac = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
    const key = new Uint8Array(Buffer.from('Jefe'))
    for (const { sha256, hmac } of [web, node]) {
      expect(await sha256(verifier)).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
      expect(Buffer.from(await hmac(key, 'what do ya want for nothing?')).toString('hex')).toBe(mac)
    }
  })
})
