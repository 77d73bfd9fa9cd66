/**
 * `docs/protocol.md` once more, as plain rules: what one call does to one ticket, and what it answers. It shares nothing
 * with the library, so that the two can be held against each other. Times are ms; answers are lines of text, so that a
 * story that went wrong can be read.
 */
export interface Situation {
  readonly now: number
  readonly born: number
  readonly state: 'pending' | 'scanned' | 'verifying' | 'confirmed' | 'redeemed' | 'denied' | 'cancelled'
  readonly version: number
  /** When the state ends by itself; of `redeemed`, until when the browser may ask again. */
  readonly ends: number
  readonly user: string | undefined
  /** Which scan's token is the one that counts. */
  readonly token: string | undefined
  readonly tries: number
  readonly contended: boolean
  readonly house: House
}

/** What a site has chosen. */
export interface House {
  /** Whether a check code is asked for. */
  readonly asks: boolean
  /** ms for which a ticket stays readable after its end. */
  readonly keeps: number
}

export type Call =
  | { readonly verb: 'read' | 'cancel' | 'redeem' }
  /** `token` names the scan. */
  | { readonly verb: 'scan'; readonly user: string; readonly token: string }
  | { readonly verb: 'confirm' | 'deny'; readonly token: string; readonly user?: string }
  /** `code` names the scan whose token it was made from, or none. */
  | { readonly verb: 'verify'; readonly code: string }
  | { readonly verb: 'wait'; readonly since: number }

export interface Outcome {
  readonly answer: string
  readonly next: Situation
}

const s = 1000

export function begin(now: number, house: House): Situation {
  const nobody = { user: undefined, token: undefined, tries: 0, contended: false }
  return { now, born: now, state: 'pending', version: 1, ends: now + 120 * s, house, ...nobody }
}

export function outcome(at: Situation, call: Call): Outcome {
  if (isGone(at)) return refused(at, 'not_found')
  switch (call.verb) {
    case 'read':
      return unchanged(at)
    case 'wait':
      return isNews(at, call.since) ? unchanged(at) : refused(at, 'nothing new')
    case 'scan':
      return scan(at, call.user, call.token)
    case 'confirm':
      return heldBy(at, call) ?? confirm(at)
    case 'deny':
      return heldBy(at, call) ?? deny(at)
    case 'verify':
      return verify(at, call.code)
    case 'cancel':
      return cancel(at)
    case 'redeem':
      return redeem(at)
  }
}

/** Some time after its end a ticket is as unknown as one that never was. */
export function isGone({ now, ends, house }: Situation): boolean {
  return now >= ends + house.keeps
}

export function isOver(at: Situation): boolean {
  return ['redeemed', 'denied', 'cancelled'].includes(at.state) || at.now >= at.ends
}

/** What ends the wait of a browser that has seen the version `since`. */
export function isNews(at: Situation, since: number): boolean {
  return at.version > since || isOver(at)
}

export interface Seen extends Pick<Situation, 'state' | 'version' | 'user' | 'contended' | 'tries'> {
  /** ms after the ticket was made. */
  readonly until: number
}

/** What a call gives back that was not refused. */
export function line({ state, version, until, user, contended, tries }: Seen): string {
  const marks = [user && `by ${user}`, contended && 'contended', state === 'verifying' && `${tries} tries`]
  return [`${state} v${version}`, `until ${until}`, ...marks.filter(Boolean)].join(', ')
}

export function lineOf(at: Situation): string {
  return line({ ...at, until: at.ends - at.born })
}

function scan(at: Situation, user: string, token: string): Outcome {
  if (isOver(at)) return over(at)
  if (at.user !== undefined && at.user !== user) {
    const marked = at.contended ? at : { ...at, version: at.version + 1, contended: true }
    return refused(marked, 'already_scanned')
  }
  if (at.state !== 'pending' && at.state !== 'scanned') return refused(at, 'wrong_state')
  const ends = Math.min(at.born + 300 * s, Math.max(at.ends, at.now + 90 * s))
  return changed(at, { state: 'scanned', ends, user, token })
}

/** A refusal of those who do not hold the token that counts. */
function heldBy(at: Situation, { token, user }: { token: string; user?: string }): Outcome | undefined {
  if (at.token !== token) return refused(at, 'not_found')
  return user !== undefined && user !== at.user ? refused(at, 'already_scanned') : undefined
}

function confirm(at: Situation): Outcome {
  if (at.state === 'redeemed') return unchanged(at)
  if (isOver(at)) return over(at)
  if (at.state !== 'scanned') return unchanged(at)
  if (at.house.asks) return changed(at, { state: 'verifying', ends: at.now + 60 * s, tries: 3 })
  return changed(at, { state: 'confirmed', ends: at.now + 30 * s })
}

function deny(at: Situation): Outcome {
  if (at.state === 'denied') return unchanged(at)
  return isOver(at) ? over(at) : changed(at, { state: 'denied', ends: at.now })
}

function verify(at: Situation, code: string): Outcome {
  if (at.state === 'redeemed') return unchanged(at)
  if (isOver(at)) return over(at)
  if (at.state === 'confirmed') return unchanged(at)
  if (at.state !== 'verifying') return refused(at, 'wrong_state')
  if (code === at.token) return changed(at, { state: 'confirmed', ends: at.now + 30 * s })
  const tries = at.tries - 1
  const missed = changed(at, tries > 0 ? { tries } : { tries, state: 'denied', ends: at.now })
  return { ...missed, answer: `check_code_mismatch, ${tries} left` }
}

function cancel(at: Situation): Outcome {
  if (at.state === 'redeemed') return refused(at, 'already_redeemed')
  return isOver(at) ? unchanged(at) : changed(at, { state: 'cancelled', ends: at.now })
}

function redeem(at: Situation): Outcome {
  if (at.state === 'redeemed' && at.now < at.ends) return unchanged(at)
  if (isOver(at)) return over(at)
  if (at.state !== 'confirmed') return refused(at, 'wrong_state')
  return changed(at, { state: 'redeemed', ends: at.now + 30 * s })
}

function over(at: Situation): Outcome {
  const reasons: Partial<Record<Situation['state'], string>> = {
    redeemed: 'already_redeemed',
    denied: 'ticket_denied',
    cancelled: 'ticket_cancelled',
  }
  return refused(at, reasons[at.state] ?? 'ticket_expired')
}

function refused(next: Situation, answer: string): Outcome {
  return { answer, next }
}

function unchanged(at: Situation): Outcome {
  return { answer: lineOf(at), next: at }
}

function changed(at: Situation, to: Partial<Situation>): Outcome {
  return unchanged({ ...at, ...to, version: at.version + 1 })
}
