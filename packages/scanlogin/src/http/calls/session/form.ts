/** Fields of a form, as OAuth's endpoints are sent them, or of JSON, as all the others are. */
import { type Fields, invalid, readFields } from '../../body.ts'
import type { Call } from '../../call.ts'

/** Bytes; the error table says 16 KiB. */
const bodyLimit = 16 * 1024

/** A field that is not `known` is left out, as RFC 6749 wants; one that is there twice is refused. */
export async function readForm(call: Call, known: readonly string[]): Promise<Fields> {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(call.header('content-type') ?? '')) {
    return readFields(call, known)
  }
  const form = new URLSearchParams(await call.text(bodyLimit))
  if (known.some(name => form.getAll(name).length > 1)) throw invalid('A field is there twice.')
  return Object.fromEntries(known.filter(name => form.has(name)).map(name => [name, form.get(name)]))
}
