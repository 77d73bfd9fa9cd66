/**
 * A ticket as the text a store keeps: a JSON array that starts with the number of this layout, so that two versions of
 * scanlogin in one fleet can tell each other's entries apart. An array because names would double the bytes.
 */
import { noTerms, type Terms } from './policy/terms.ts'
import type { Entry } from './store.ts'
import { type Device, lifetimes, type Phone, type Ticket, type TicketState, type User } from './ticket.ts'

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
    [origin.ip ?? 0, origin.browser, origin.os, ...(birth.browserKey === undefined ? [] : [birth.browserKey])],
    contended ? 1 : 0,
    ...withAgreement(stateFields(ticket), ticket),
  ])
  return { version, expiresAt: deadline + lifetimes.tombstone, value }
}

/** `undefined` where the text is not a ticket of a layout this version knows: such an entry counts as absent. */
export function fromEntry({ version, value }: Entry): Ticket | undefined {
  const fields = parse(value)
  if (!isFields(fields)) return undefined
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
  ] = fields
  const progress = toState(state)
  if (!progress) return undefined
  return {
    birth: {
      id,
      createdAt,
      secretHash,
      rotationKey: given(rotationKey),
      clientId: given(clientId),
      returnTo: given(returnTo),
      codeChallenge: given(codeChallenge),
      // Last in its place, where a node of the version before does not look.
      browserKey: origin[3],
      origin: { ip: given(origin[0]), browser: origin[1], os: origin[2] },
    },
    version,
    deadline: createdAt + lifetime,
    contended: contended === 1,
    ...toAgreement(state[4]),
    ...progress,
  }
}

const layout = 1

type Optional = string | 0
type PhoneFields = [
  scanTokenHash: string,
  userId: string,
  name: Optional,
  avatar: Optional,
  device?: DeviceFields | 0,
  // Last of all, where a node of the version before does not look.
  knownBrowser?: 0 | 1,
]
type DeviceFields = [
  name: Optional,
  idHash: Optional,
  browser: Optional,
  os: Optional,
  // Last of all, where a node of the version before does not look.
  signedInBy?: [provider: string, idHash: string],
]
type AgreementFields = [digits: number, verification: 0 | 1, short: 0 | 1, verified: 0 | 1, ...reasons: string[]]
type StateFields = [
  state: TicketState['state'],
  phone?: PhoneFields | 0,
  checkCode?: string,
  attemptsLeft?: number,
  agreement?: AgreementFields,
]
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
  origin: [ip: Optional, browser: string, os: string, browserKey?: string],
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

/** Last of all, where a node of the version before does not look. */
function withAgreement(fields: StateFields, { terms, userVerified }: Ticket): StateFields {
  if (!terms && !userVerified) return fields
  const { checkCode, userVerification, shortSession, reasons } = terms ?? noTerms
  const flag = (flag: boolean | undefined) => (flag ? 1 : 0)
  const agreement: AgreementFields = [
    checkCode,
    flag(userVerification),
    flag(shortSession),
    flag(userVerified),
    ...reasons,
  ]
  const [state, phone = 0, checkCodeHash = '', attemptsLeft = 0] = fields
  return [state, phone, checkCodeHash, attemptsLeft, agreement]
}

function toAgreement(fields: AgreementFields | undefined): { terms?: Terms; userVerified?: boolean } {
  if (!fields) return {}
  const [checkCode, verification, short, verified, ...reasons] = fields
  const terms = { checkCode, userVerification: verification === 1, shortSession: short === 1, reasons }
  const asks = checkCode > 0 || terms.userVerification || terms.shortSession || reasons.length > 0
  return { ...(asks && { terms }), ...(verified === 1 && { userVerified: true }) }
}

function phoneFields({ scanTokenHash, user, device, knownBrowser }: Phone): PhoneFields {
  const { id, name = 0, avatar = 0 } = user
  const fields: PhoneFields = [scanTokenHash, id, name, avatar]
  if (device || knownBrowser !== undefined) fields.push(device ? deviceFields(device) : 0)
  if (knownBrowser !== undefined) fields.push(knownBrowser ? 1 : 0)
  return fields
}

function deviceFields({ name, idHash, claimed, signedInBy }: Device): DeviceFields {
  const fields: DeviceFields = [name ?? 0, idHash ?? 0, claimed?.browser ?? 0, claimed?.os ?? 0]
  if (signedInBy) fields.push([signedInBy.provider, signedInBy.idHash])
  return fields
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
      // Without a try left it would be denied; counted down from here, the tries would never end.
      return attemptsLeft > 0 ? { state, phone, checkCodeHash: text, attemptsLeft } : undefined
    case 'denied':
      return { state, phone, reason: text === 'check_code' ? text : 'denied_on_phone' }
    default:
      return undefined
  }
}

function toPhone([scanTokenHash, id, name, avatar, device, known]: PhoneFields): Phone {
  const user: User = { id, ...(name !== 0 && { name }), ...(avatar !== 0 && { avatar }) }
  return {
    scanTokenHash,
    user,
    ...(device && { device: toDevice(device) }),
    ...(known !== undefined && { knownBrowser: known === 1 }),
  }
}

function toDevice([name, idHash, browser, os, signedInBy]: DeviceFields): Device {
  return {
    ...(name !== 0 && { name }),
    ...(idHash !== 0 && { idHash }),
    ...(browser !== 0 && os !== 0 && { claimed: { browser, os } }),
    ...(signedInBy && { signedInBy: { provider: signedInBy[0], idHash: signedInBy[1] } }),
  }
}

function given(value: Optional): string | undefined {
  return value === 0 ? undefined : value
}

type Check = (field: unknown) => boolean

const isText: Check = field => typeof field === 'string'
const isNumber: Check = Number.isFinite
const isOptional: Check = field => field === 0 || isText(field)
const orAbsent = (check: Check): Check => {
  return field => field === undefined || check(field)
}
const isTuple = (...checks: Check[]): Check => {
  return field => Array.isArray(field) && checks.every((check, index) => check(field[index]))
}

const isDevice = isTuple(isOptional, isOptional, isOptional, isOptional, orAbsent(isTuple(isText, isText)))
const isPhone = isTuple(
  isText,
  isText,
  isOptional,
  isOptional,
  orAbsent(field => field === 0 || isDevice(field)),
  orAbsent(isNumber),
)

const isAgreement: Check = field => {
  if (!isTuple(isNumber, isNumber, isNumber, isNumber)(field)) return false
  return Array.isArray(field) && field.slice(4).every(isText)
}

/** One check for each of `Fields`, in their order: whatever stands under a key, reading it never throws. */
const isRecord = isTuple(
  field => field === layout,
  isText,
  isNumber,
  isNumber,
  isText,
  isOptional,
  isOptional,
  isOptional,
  isOptional,
  isTuple(isOptional, isText, isText, orAbsent(isText)),
  isNumber,
  isText,
  orAbsent(field => field === 0 || isPhone(field)),
  orAbsent(isText),
  orAbsent(isNumber),
  orAbsent(isAgreement),
)

function isFields(value: unknown): value is Fields {
  return isRecord(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
