/** Reads a JSON body and its fields. Whatever is wrong is an `invalid_request` that says which field, never its value. */
import { LoginError } from '../core/errors.ts'
import type { User } from '../core/ticket.ts'
import type { Call } from './call.ts'

/** Bytes; the error table says 16 KiB. */
const bodyLimit = 16 * 1024

/** The fields of the call's JSON object. A field that is not `known` is refused: a mistyped name must not go unseen. */
export async function readFields(call: Call, known: readonly string[]): Promise<Fields> {
  if (!/^application\/json\s*(;|$)/i.test(call.header('content-type') ?? '')) {
    throw invalid('The content type has to be application/json.')
  }
  if (call.header('content-encoding')) throw invalid('The body must not be compressed.')
  return fieldsOf(parse(await call.text(bodyLimit)), known)
}

export type Fields = Readonly<Record<string, unknown>>

/** The text in a field; `undefined` if it is absent. */
export function textIn(fields: Fields, name: string, longest: number): string | undefined {
  const value = fields[name]
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.length < 1 || value.length > longest) {
    throw invalid(`"${name}" has to be text of 1 to ${longest} characters.`)
  }
  return value
}

export function requiredTextIn(fields: Fields, name: string, longest: number): string {
  const text = textIn(fields, name, longest)
  if (text === undefined) throw invalid(`"${name}" is missing.`)
  return text
}

/** `true` or `false` in a field; `false` if it is absent. */
export function flagIn(fields: Fields, name: string): boolean {
  const value = fields[name]
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw invalid(`"${name}" has to be true or false.`)
  return value
}

/** The text of an IP address in a field; `undefined` if it is absent. */
export function addressIn(fields: Fields, name: string): string | undefined {
  const address = textIn(fields, name, 45)
  if (address !== undefined && !/^[\dA-Fa-f.:]{2,45}$/.test(address))
    throw invalid(`"${name}" has to be an IP address.`)
  return address
}

/** The user that an app's back end names. */
export function userIn(fields: Fields): User {
  const user = fieldsOf(fields.user, ['id', 'name', 'avatar'])
  const id = requiredTextIn(user, 'id', 255)
  if (/\p{C}/u.test(id)) throw invalid('"id" must not hold control characters.')
  const name = textIn(user, 'name', 255)
  const avatar = textIn(user, 'avatar', 1024)
  return { id, ...(name !== undefined && { name }), ...(avatar !== undefined && { avatar }) }
}

/** The phone as its app calls it. */
export function deviceIn(fields: Fields): { readonly id?: string; readonly name?: string } | undefined {
  if (fields.device === undefined) return undefined
  const device = fieldsOf(fields.device, ['id', 'name'])
  const id = textIn(device, 'id', 255)
  const name = textIn(device, 'name', 64)
  return { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
}

export function invalid(detail: string): LoginError {
  return new LoginError('invalid_request', { detail })
}

function fieldsOf(value: unknown, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('A JSON object is expected.')
  }
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) throw invalid(`A field is not known here. Known are: ${known.join(', ') || 'none'}.`)
  }
  // An object that is neither null nor an array, with string keys.
  return value as Fields
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('The body is not JSON.')
  }
}
