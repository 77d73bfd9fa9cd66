/**
 * A ticket as the text a store keeps: a JSON array that starts with the number of this layout, so that two versions of
 * scanlogin in one fleet can tell each other's entries apart. An array because names would double the bytes.
 */
import type { Entry } from './store.ts'
import { lifetimes, type Phone, type Ticket, type TicketState, type User } from './ticket.ts'

export function toEntry(ticket: Ticket): Entry {
  const { birth, version, deadline, contended } = ticket
  const { origin } = birth
  const value = JSON.stringify([
    layout,
    birth.id,
    birth.createdAt,
    deadline - birth.createdAt,
    birth.secretHash,
    birth.rotationKey ?? 0,
    birth.clientId ?? 0,
    birth.returnTo ?? 0,
    birth.codeChallenge ?? 0,
    [origin.ip ?? 0, origin.browser, origin.os],
    contended ? 1 : 0,
    ...stateFields(ticket),
  ])
  return { version, expiresAt: deadline + lifetimes.tombstone, value }
}

/** `undefined` where the text is not a ticket of a layout this version knows: such an entry counts as absent. */
export function fromEntry({ version, value }: Entry): Ticket | undefined {
  const fields = parse(value)
  if (!Array.isArray(fields) || fields[0] !== layout) return undefined
  // The layout number vouches for the rest: only `toEntry` writes it, and the store is ours alone.
  const [
    ,
    id,
    createdAt,
    lifetime,
    secretHash,
    rotationKey,
    clientId,
    returnTo,
    codeChallenge,
    origin,
    contended,
    ...state
  ] = fields as Fields
  const progress = toState(state)
  if (!progress) return undefined
  return {
    birth: {
      id,
      createdAt,
      secretHash,
      rotationKey: rotationKey || undefined,
      clientId: clientId || undefined,
      returnTo: returnTo || undefined,
      codeChallenge: codeChallenge || undefined,
      origin: { ip: origin[0] || undefined, browser: origin[1], os: origin[2] },
    },
    version,
    deadline: createdAt + lifetime,
    contended: contended === 1,
    ...progress,
  }
}

const layout = 1

type Optional = string | 0
type PhoneFields = [scanTokenHash: string, userId: string, name: Optional, avatar: Optional]
type StateFields = [state: TicketState['state'], phone?: PhoneFields | 0, checkCode?: string, attemptsLeft?: number]
type Fields = [
  layout: number,
  id: string,
  createdAt: number,
  lifetime: number,
  secretHash: string,
  rotationKey: Optional,
  clientId: Optional,
  returnTo: Optional,
  codeChallenge: Optional,
  origin: [ip: Optional, browser: string, os: string],
  contended: 0 | 1,
  ...StateFields,
]

function stateFields(ticket: TicketState): StateFields {
  switch (ticket.state) {
    case 'pending':
      return [ticket.state]
    case 'scanned':
    case 'confirmed':
    case 'redeemed':
      return [ticket.state, phoneFields(ticket.phone)]
    case 'verifying':
      return [ticket.state, phoneFields(ticket.phone), ticket.checkCodeHash, ticket.attemptsLeft]
    case 'denied':
      return [ticket.state, phoneFields(ticket.phone), ticket.reason]
    case 'cancelled':
      return [ticket.state, ticket.phone ? phoneFields(ticket.phone) : 0]
  }
}

function phoneFields({ scanTokenHash, user }: Phone): PhoneFields {
  return [scanTokenHash, user.id, user.name ?? 0, user.avatar ?? 0]
}

function toState([state, fields, text = '', attemptsLeft = 0]: StateFields): TicketState | undefined {
  const phone = fields ? toPhone(fields) : undefined
  if (state === 'pending') return { state }
  if (state === 'cancelled') return { state, phone }
  if (!phone) return undefined
  switch (state) {
    case 'scanned':
    case 'confirmed':
    case 'redeemed':
      return { state, phone }
    case 'verifying':
      return { state, phone, checkCodeHash: text, attemptsLeft }
    case 'denied':
      return { state, phone, reason: text === 'check_code' ? text : 'denied_on_phone' }
    default:
      return undefined
  }
}

function toPhone([scanTokenHash, id, name, avatar]: PhoneFields): Phone {
  const user: User = { id, ...(name && { name }), ...(avatar && { avatar }) }
  return { scanTokenHash, user }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
