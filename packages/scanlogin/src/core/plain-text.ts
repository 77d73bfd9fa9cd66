/**
 * Text from outside that people will read beside a button: control characters, characters that change the direction
 * of writing, and invisible ones are taken out, so that a name cannot pose as another line or another name.
 */
export function plainText(text: string, longest = 64): string {
  const line = text
    .slice(0, longest * 8)
    .replace(/(?!\s)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
  return [...line].slice(0, longest).join('').trimEnd()
}

/** `Alice Liddell` as `A•••`: enough for the owner to know whose phone it was, not for anyone else. */
export function maskName(name: string): string {
  return `${firstLetter(name)}•••`
}

/** What a reader takes for one letter, accents and all. */
function firstLetter(name: string): string {
  // Two plain letters do not melt into one, and asking takes 4 µs, on every answer after the scan.
  if (/^[ -~]([ -~]|$)/.test(name)) return name.slice(0, 1)
  letters ??= new Intl.Segmenter()
  const [first] = letters.segment(name)
  return first?.segment ?? ''
}

// Made when it is needed: browsers read this file too, and not each of them has it.
let letters: Intl.Segmenter | undefined
