/** What a call brings in its body. Values that are no texts are left out: none of the services takes any. */
import type { Call } from '../http/call.ts'

export type Fields = Readonly<Record<string, string>>

/** `undefined` for a body that is no JSON object. */
export function readJson({ body }: Call): Fields | undefined {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(body))
    if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined
    return Object.fromEntries(Object.entries(read).filter(([, value]) => typeof value === 'string'))
  } catch {
    return undefined
  }
}

export function readForm({ body }: Call): Fields {
  return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(body)))
}
