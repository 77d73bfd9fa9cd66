/**
 * The answers of providers, read as they are sent and not as they are labelled: JSON comes as `text/plain`, with a byte
 * order mark, and with raw control characters inside the names of people.
 */
import { ConnectorError } from '../refusal.ts'

/** Throws `provider_unintelligible` for what is no JSON object. */
export function parseAnswer(text: string, { status }: { readonly status: number }): Readonly<Record<string, unknown>> {
  const value = parse(text) ?? parse(repaired(text))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new ConnectorError('provider_unintelligible', { detail: `no JSON object, with status ${status}` })
}

/** The text under `name`, or `undefined` for anything else that may stand there. */
export function textOf(answer: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = answer[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The same where a sign-in cannot go on without it. */
export function requiredText(answer: Readonly<Record<string, unknown>>, name: string): string {
  const text = textOf(answer, name)
  if (text === undefined) throw new ConnectorError('provider_unintelligible', { detail: `an answer without ${name}` })
  return text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Control characters are escaped inside strings only: between them a line break is none of ours to change. A string that
 * does not end goes to the end of the text: looked for again from every quotation mark in it, the end would cost seconds.
 */
function repaired(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*(?:"|\\?$)/gs, literal => literal.replace(controls, escaped))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const controls = /[\u0000-\u001f]/g

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
