/**
 * The bytes of an answer that Alipay has signed: the object under one name, exactly as it was sent. Parsed and written
 * again it would be another text, with other spaces and other escapes.
 */

/** `undefined` where the text does not begin with that name, or the object does not end. */
export function signedPart(text: string, name: string): string | undefined {
  const start = text.indexOf('{', text.indexOf('{') + 1)
  const before = text.slice(0, start).replace(/^\ufeff/, '')
  if (start < 0 || before.replace(/\s/g, '') !== `{"${name}":`) return undefined
  const end = endOfObject(text, start)
  return end === undefined ? undefined : text.slice(start, end)
}

/** A brace inside a string is none, and neither is a quotation mark that is escaped. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0
  for (const { 0: token, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth++
    if (token === '}' && --depth === 0) return start + index + 1
  }
  return undefined
}
