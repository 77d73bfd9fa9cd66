/**
 * Alipay's certificate mode (公钥证书): calls name the certificates that they go by, and answers are signed with the key in
 * Alipay's. What names a certificate is no number in it but a digest of its issuer and its number.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

export interface AlipaySettings {
  readonly appId: string
  readonly privateKey: string
  readonly alipayPublicKey?: string
  readonly certificates?: CertificateFiles
  readonly hosts?: { readonly openauth?: string; readonly openapi?: string }
}

/** Each as PEM, or the path of a file of it. */
export interface CertificateFiles {
  /** 应用公钥证书 */
  readonly app: string
  /** 支付宝公钥证书 */
  readonly alipay: string
  /** 支付宝根证书: several in one. */
  readonly root: string
}

/** What the connector is made of. Throws `TypeError` for what cannot be, and repeats nothing of it. */
export function alipayOptions({ certificates: files, alipayPublicKey, ...settings }: AlipaySettings) {
  if ((files === undefined) === (alipayPublicKey === undefined)) {
    throw new TypeError('write either alipayPublicKey or certificates')
  }
  if (files === undefined) return { ...settings, alipayPublicKey: alipayPublicKey ?? '' }
  const [app] = certificatesIn('app', files.app)
  const [own] = certificatesIn('alipay', files.alipay)
  const roots = certificatesIn('root', files.root).filter(isRsa)
  if (!app || !own || roots.length === 0) throw new TypeError('certificates.root holds none that is signed with RSA')
  if (!app.checkPrivateKey(keyIn(settings.privateKey))) {
    throw new TypeError('certificates.app is not the one of privateKey')
  }
  return {
    ...settings,
    alipayPublicKey: own.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    certificates: { appSn: serialOf(app), alipaySn: serialOf(own), rootSn: roots.map(serialOf).join('_') },
  }
}

function certificatesIn(name: keyof CertificateFiles, given: string): X509Certificate[] {
  try {
    const text = given.includes('-----BEGIN') ? given : readFileSync(given, 'utf8')
    const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    if (found.length > 0) return found.map(one => new X509Certificate(one))
  } catch {
    // What cannot be read is told below, without what it was.
  }
  throw new TypeError(`certificates.${name} must be a certificate as PEM, or the path of a file of one`)
}

function keyIn(privateKey: string) {
  const body = privateKey.replace(/-----[A-Z ]+-----|\s/g, '')
  try {
    return createPrivateKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'pkcs8' })
  } catch {
    throw new TypeError('privateKey must be PKCS#8, which the key tool calls the format for Java')
  }
}

/** MD5 names it here and protects nothing: that is Alipay's rule. The issuer's parts are told from the last to the first. */
export function serialOf({ issuer, serialNumber }: X509Certificate): string {
  const name = issuer.split('\n').toReversed().join(',')
  return createHash('md5')
    .update(name + BigInt(`0x${serialNumber}`).toString())
    .digest('hex')
}

/** Alipay's file of roots also has some with Chinese algorithms (SM2), which do not count. */
function isRsa({ raw }: X509Certificate): boolean {
  // A certificate is what is signed, the algorithm, and the signature; the algorithm begins with its number.
  const signed = lengthAt(raw, lengthAt(raw, 0).start)
  return raw
    .subarray(signed.start + signed.length)
    .subarray(2, 2 + rsa.length)
    .equals(rsa)
}

/** 1.2.840.113549.1.1, and one more number of a byte. */
const rsa = Buffer.from('06092a864886f70d0101', 'hex')

/** Where the contents of the value at `at` begin, and how many bytes they are. */
function lengthAt(der: Buffer, at: number): { start: number; length: number } {
  const first = der[at + 1] ?? 0
  if (first < 0x80) return { start: at + 2, length: first }
  const bytes = first & 0x7f
  return { start: at + 2 + bytes, length: der.readUIntBE(at + 2, bytes) }
}
