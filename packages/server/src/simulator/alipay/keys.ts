/** Two pairs of RSA keys, made once a process: the app's, and Alipay's own. Written as Alipay's key tool writes them. */
import { createSign, createVerify, generateKeyPairSync } from 'node:crypto'

export interface KeyPair {
  /** PKCS#8, base64. */
  readonly privateKey: string
  /** SubjectPublicKeyInfo, base64. */
  readonly publicKey: string
}

const made = new Map<string, KeyPair>()

export function keyPair(owner: 'app' | 'alipay'): KeyPair {
  const known = made.get(owner)
  if (known) return known
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pair = {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  }
  made.set(owner, pair)
  return pair
}

export function sign(text: string, privateKey: string): string {
  const key = { key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' } as const
  return createSign('RSA-SHA256').update(text).sign(key, 'base64')
}

export function isSigned(text: string, signature: string, publicKey: string): boolean {
  const key = { key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' } as const
  return createVerify('RSA-SHA256').update(text).verify(key, signature, 'base64')
}
