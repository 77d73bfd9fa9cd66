/**
 * The check code goes from phone to browser: a relay that only forwards the QR code does not have it. It is derived
 * from the scan token, so a phone that repeats "confirm" is shown the same digits although nobody stored them.
 */
import { hmac, sha256 } from '#digest'
import { fromBase64url } from '../secrets/encoding.ts'

export async function makeCheckCode(id: string, scanToken: string, digits: number): Promise<string> {
  const mac = await hmac(fromBase64url(scanToken), `c1.${id}`)
  const number = new DataView(mac.buffer, mac.byteOffset).getUint32(0)
  return String(number % 10 ** digits).padStart(digits, '0')
}

export async function checkCodeHash(id: string, code: string): Promise<string> {
  return sha256(`c1.${id}.${code}`)
}
