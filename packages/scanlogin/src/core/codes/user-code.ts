/**
 * The way without a camera: eight letters shown as `WDJB-MJHT`. Letters only, no vowels, so that no word appears and
 * nothing is mistaken for a digit (RFC 8628 section 6.1); 34.5 bits, so guessing has to be counted.
 */
import type { Random } from '../secrets/random.ts'

export function makeUserCode(random: Random): string {
  let code = ''
  while (code.length < codeLength) {
    for (const byte of random(codeLength)) {
      // 240 is the largest multiple of 20 in a byte: bytes above it would favour the first letters.
      if (byte < 240 && code.length < codeLength) code += letters[byte % letters.length]
    }
  }
  return code
}

export function showUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** What a person typed, without case, spaces and dashes; `undefined` if it cannot be a code. */
export function readUserCode(typed: string): string | undefined {
  if (typed.length > 64) return undefined
  const code = typed.toUpperCase().replace(/[^A-Z0-9]/g, '')
  return code.length === codeLength && [...code].every(letter => letters.includes(letter)) ? code : undefined
}

const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const codeLength = 8
