/**
 * Every way in which a connector may not get an identity, in one table. A person reads about each of them on a page
 * with a way on; the code is API, as `LoginError`'s is.
 */
const refusals = {
  state_unknown: { status: 400, again: true, title: 'This sign-in is over, or was never begun' },
  other_browser: { status: 400, again: true, title: 'This sign-in was begun in another browser' },
  state_used: { status: 400, again: true, title: 'This sign-in has been used already' },
  denied: { status: 403, again: true, title: 'You said no, and nobody was signed in' },
  person_refused: { status: 403, again: false, title: 'The provider does not let this person sign in' },
  anonymous_person: { status: 403, again: true, title: 'The provider does not say who this is' },
  code_rejected: { status: 400, again: true, title: 'The provider no longer takes this sign-in' },
  interrupted: { status: 503, again: true, title: 'The sign-in was interrupted' },
  provider_busy: { status: 503, again: true, title: 'The provider is busy' },
  provider_silent: { status: 504, again: true, title: 'The provider did not answer in time' },
  provider_unreachable: { status: 502, again: true, title: 'The provider cannot be reached' },
  provider_unintelligible: { status: 502, again: true, title: 'The provider answered something that cannot be read' },
  misconfigured: { status: 500, again: false, title: 'The provider does not accept how this site is set up' },
} as const satisfies Record<string, RefusalRow>

interface RefusalRow {
  readonly status: number
  /** Beginning again may help. */
  readonly again: boolean
  readonly title: string
}

export type ConnectorErrorCode = keyof typeof refusals

export interface ConnectorErrorOptions {
  /** For the log: what the provider called it. Never what it was asked with. */
  readonly detail?: string
  /** The provider's own number or name of the error. */
  readonly errcode?: string
  /** What the provider's support asks for. */
  readonly reference?: string
}

/** A refusal from the table above. It holds no secret, code or token, so it may be logged. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly code: ConnectorErrorCode
  readonly detail: string | undefined
  readonly errcode: string | undefined
  readonly reference: string | undefined

  constructor(code: ConnectorErrorCode, { detail, errcode, reference }: ConnectorErrorOptions = {}) {
    super(refusals[code].title)
    this.code = code
    this.detail = detail
    this.errcode = errcode
    this.reference = reference
  }
}

/** What an answer to a browser needs to know of a refusal. */
export function refusalRow(code: ConnectorErrorCode): Readonly<RefusalRow> {
  return refusals[code]
}

export function refusalCodes(): readonly ConnectorErrorCode[] {
  // Proof: these are the very keys that the type is made of.
  return Object.keys(refusals) as ConnectorErrorCode[]
}
