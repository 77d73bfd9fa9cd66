/** Who may do what to a ticket: each proof is a check that passes the ticket on, or refuses. */
import { sha256 } from '#digest'
import { LoginError } from './errors.ts'
import { sameDigest, type Ticket, type User } from './ticket.ts'

/** Passes the ticket on if it was this browser that created it. A stranger learns no more than of an unknown id. */
export async function browserProof(secret: string): Promise<(ticket: Ticket) => Ticket> {
  if (!token.test(secret)) throw new LoginError('not_found')
  const proves = proofBy(await sha256(secret))
  return ticket => {
    if (!proves(ticket.birth.secretHash)) throw new LoginError('not_found')
    return ticket
  }
}

/** Passes the ticket on if it was this phone that scanned it, and is still signed in as the same user. */
export async function phoneProof(scanToken: string, user: User | undefined): Promise<(ticket: Ticket) => Ticket> {
  if (!token.test(scanToken)) throw new LoginError('not_found')
  const proves = proofBy(await sha256(scanToken))
  return ticket => {
    const phone = 'phone' in ticket ? ticket.phone : undefined
    if (!phone || !proves(phone.scanTokenHash)) throw new LoginError('not_found')
    if (user && user.id !== phone.user.id) throw new LoginError('already_scanned')
    return ticket
  }
}

/** One call asks for the same proof several times: what it has proved against a digest once holds for that digest. */
function proofBy(hash: string): (kept: string) => boolean {
  let proved: string | undefined
  return kept => {
    if (kept === proved) return true
    if (!sameDigest(kept, hash)) return false
    proved = kept
    return true
  }
}

/** 256 bits in base64url. */
const token = /^[\w-]{43}$/
