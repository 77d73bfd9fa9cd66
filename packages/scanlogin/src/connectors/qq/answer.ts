/** QQ's answers, whichever of their three forms they come in: JSON, a script around it, or the form of an address. */
import { parseAnswer } from '../calls/answer.ts'
import type { ProviderAnswer } from '../calls/caller.ts'

/** Throws `provider_unintelligible` for anything else. */
export function readQqAnswer(answer: ProviderAnswer): Readonly<Record<string, unknown>> {
  const text = answer.text().trim()
  const [, wrapped] = /^callback\(\s*(\{.*\})\s*\)\s*;?$/s.exec(text) ?? []
  if (wrapped !== undefined) return parseAnswer(wrapped, answer)
  if (/^\w+=[^\s<>{}]*$/.test(text)) return Object.fromEntries(new URLSearchParams(text))
  return parseAnswer(text, answer)
}
