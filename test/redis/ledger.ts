/**
 * What the outside world was told, kept apart from the system that told it. Whatever fails in between, the promises of
 * `docs/protocol.md` have to hold between these lines.
 */
export interface Ledger {
  /** The browser was given this ticket. */
  created(id: string): void
  /** Somebody's phone has said "sign in" for it, whether or not an answer came. */
  approved(id: string, userId: string): void
  /** The end of it was acknowledged: cancelled, or denied. */
  ended(id: string): void
  /** A browser got a session. */
  collected(id: string, userId: string, token: string): void
  /** Every broken promise, as a sentence; none is the one good answer. */
  breaches(): string[]
  /** Tickets that have ended in a session. */
  sessions(): number
}

interface Line {
  readonly approvals: Set<string>
  readonly users: Set<string>
  readonly tokens: Set<string>
  /** It was acknowledged that it is over. */
  ended: boolean
}

export function createLedger(): Ledger {
  const lines = new Map<string, Line>()
  const early: string[] = []

  function lineOf(id: string): Line {
    const line = lines.get(id)
    if (!line) throw new Error('This ticket was given to nobody')
    return line
  }

  return {
    created(id) {
      if (lines.has(id)) early.push(`${id} was given out twice`)
      lines.set(id, { approvals: new Set(), users: new Set(), tokens: new Set(), ended: false })
    },
    approved: (id, userId) => void lineOf(id).approvals.add(userId),
    ended(id) {
      lineOf(id).ended = true
    },
    collected(id, userId, token) {
      const line = lineOf(id)
      if (line.ended) early.push(`${id} gave a session after its end was acknowledged`)
      line.users.add(userId)
      line.tokens.add(token)
    },
    breaches() {
      const found = [...early]
      const owners = new Map<string, string>()
      for (const [id, { approvals, users, tokens }] of lines) {
        if (tokens.size > 1) found.push(`${id} gave ${tokens.size} sessions`)
        if (users.size > 1) found.push(`${id} signed in ${users.size} people`)
        for (const user of users) if (!approvals.has(user)) found.push(`${id} signed in somebody who never agreed`)
        for (const token of tokens) {
          if (owners.has(token)) found.push(`${id} and ${owners.get(token)} gave the same session`)
          owners.set(token, id)
        }
      }
      return found
    },
    sessions: () => [...lines.values()].filter(({ tokens }) => tokens.size > 0).length,
  }
}
