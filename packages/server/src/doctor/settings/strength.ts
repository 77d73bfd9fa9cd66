/** How hard a key is to guess, as far as looking at it can tell. */

/** Keys that stand in documents for everybody to read. */
const published = /^(an-example-key|the-api-key|my-api-key|changeme|change-me|secret|password|example)/i

/** Bits; an upper bound. 0 for what everybody knows. */
export function strengthOf(key: string): number {
  if (published.test(key)) return 0
  if (isWords(key)) return bitsOfLetterInWords * key.length
  // What repeats itself is not harder to guess for being longer.
  const triples = new Set(Array.from({ length: key.length - 2 }, (_, index) => key.slice(index, index + 3)))
  return (triples.size + 2) * Math.min(entropyOf(key), bitsOfAlphabet(key))
}

/** Of English text, after Shannon. */
const bitsOfLetterInWords = 1.5

/** Pieces that are all lower case, with as many vowels as language has: random letters have half as many. */
function isWords(key: string): boolean {
  const words = key.split(/[-_.~+/=]+/).filter(piece => /^[A-Z]?[a-z]+\d{0,2}$/.test(piece))
  const letters = words.join('')
  const vowels = letters.replace(/[^aeiou]/gi, '').length
  return letters.length > key.length * 0.6 && vowels > letters.length * 0.28
}

/** Shannon's, bits a character. */
function entropyOf(key: string): number {
  const counts = new Map<string, number>()
  for (const character of key) counts.set(character, (counts.get(character) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / key.length) * Math.log2(count / key.length), 0)
}

/** A key of digits alone holds less than its characters could. */
function bitsOfAlphabet(key: string): number {
  const kinds = [
    [/[a-z]/, /^[a-f\d-]+$/i.test(key) ? 6 : 26],
    [/[A-Z]/, /^[a-f\d-]+$/i.test(key) ? 6 : 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 6],
  ] as const
  return Math.log2(kinds.reduce((sum, [pattern, size]) => sum + (pattern.test(key) ? size : 0), 0))
}
