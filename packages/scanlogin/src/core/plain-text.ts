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
  const [first] = new Intl.Segmenter().segment(name)
  return first ? `${first.segment}•••` : '•••'
}
