/** Takes out of a text what nobody who reads a log should learn: what is secret, and who it is about. */

/** Masks the values of such parameters in addresses, forms, JSON and XML. */
export function redact(text: string): string {
  return text.replace(assigned, `$1${mask}`).replace(tagged, `$1${mask}`)
}

/** A failure that nobody foresaw, as it may be logged: its words and where it came from, without what it was about. */
export function redactedError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(redact(String(error)))
  const clean = new Error(redact(error.message))
  clean.name = error.name
  clean.stack = redact(error.stack ?? '')
  return clean
}

const names = [
  '(?:client_?|corp_?|app_?)?secret',
  '(?:auth_?|js_?|tmp_?)?code(?!_)',
  'code_verifier',
  '(?:provider_|suite_|user_?)?access_?token',
  'refresh_?token',
  'id_token',
  'session_?key',
  'auth_token',
  'sign(?:ature)?',
  'msg_signature',
  'state',
  '(?:open|union|external_user)_?id',
  'user_?id',
  'mobile',
  'e-?mail',
  'ticket',
].join('|')

/** `name=value`, `"name":"value"`, `name: value`, also percent-encoded. */
const assigned = new RegExp(
  `((?:^|[^\\w-])(?:${names})\\\\?["']?\\s*(?:=|:|%3D)\\s*)(?:\\\\?"(?:[^"\\\\]|\\\\.)*"?|[^\\s&,;}"'<>]+)`,
  'gi',
)
const tagged = new RegExp(`(<(?:${names})>)(?:<!\\[CDATA\\[[^\\]]*\\]\\]>|[^<]*)`, 'gi')
const mask = '•••'
