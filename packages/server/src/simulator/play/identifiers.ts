/**
 * Names that nobody chose: codes, tokens, ids. A simulator with a seed gives the same ones in the same order, so that a
 * run can be repeated to the byte; without one they differ each time.
 */
import { createHash, randomUUID } from 'node:crypto'

export interface Identifiers {
  /** The next one, of that many letters and digits. */
  next(length: number): string
  nextHex(length: number): string
  nextDigits(length: number): string
}

export function createIdentifiers(seed: string = randomUUID()): Identifiers {
  let count = 0
  return {
    next: length => spell([seed, String(++count)], length, lettersAndDigits),
    nextHex: length => spell([seed, String(++count)], length, '0123456789abcdef'),
    nextDigits: length => spell([seed, String(++count)], length, '0123456789'),
  }
}

/** Always the same text for the same `parts`, and another one for others: who somebody is to an app. */
export function stableId(parts: readonly string[], length: number): string {
  return spell(parts, length, `${lettersAndDigits}-_`)
}

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Slightly uneven where the alphabet does not divide 256; these are no secrets that anything depends on. */
function spell(parts: readonly string[], length: number, alphabet: string): string {
  let spelled = ''
  for (let round = 0; spelled.length < length; round++) {
    const digest = createHash('sha512')
      .update(JSON.stringify([...parts, round]))
      .digest()
    for (const byte of digest) spelled += alphabet[byte % alphabet.length]
  }
  return spelled.slice(0, length)
}
