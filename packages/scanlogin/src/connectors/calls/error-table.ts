/** What a provider's own numbers and names of errors mean here, as a table of each provider. */
import { ConnectorError, type ConnectorErrorCode } from '../refusal.ts'

export type ErrorTable = Partial<Record<ConnectorErrorCode, readonly (string | number)[]>>

/** Gives the refusal for a provider's error. One that nobody has described is the provider's to explain. */
export function refusalsBy(table: ErrorTable): (errcode: string | number, reference?: string) => ConnectorError {
  const codes = new Map<string, ConnectorErrorCode>()
  for (const [code, errors] of Object.entries(table)) {
    // Proof: the keys of an `ErrorTable` are codes.
    for (const error of errors) codes.set(String(error), code as ConnectorErrorCode)
  }
  return (errcode, reference) => {
    const code = codes.get(String(errcode)) ?? 'provider_unintelligible'
    // A name of an error comes from outside: what is longer, or of other letters, is none.
    const named = /^[\w.-]{1,80}$/.test(String(errcode)) ? { errcode: String(errcode) } : {}
    return new ConnectorError(code, { ...named, ...(reference && { reference: reference.slice(0, 64) }) })
  }
}
