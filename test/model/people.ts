/** The browser and the phones around one ticket: they make the calls of the rules, and read the answers back as lines. */
import { makePayload } from '../../packages/scanlogin/src/core/codes/qr-payload.ts'
import { type Login, LoginError, type Ticket } from '../../packages/scanlogin/src/index.ts'
import { type Call, line } from './rules.ts'

export interface Attempt {
  readonly id: string
  readonly secret: string
  readonly userCode: string
  /** What the screen shows `age` ms after it was first drawn. */
  draw(age: number): Promise<string>
  /** What the phones hold, by the name of the scan. */
  readonly held: Map<string, { scanToken: string; checkCode?: string }>
  /** Written down outside of everything that is tested: the sessions that this ticket has yielded, and whose. */
  readonly sessions: Set<string>
}

export const digits = 8

export async function startAttempt(login: Login): Promise<Attempt> {
  const origin = { ip: undefined, browser: 'Firefox', os: 'Linux' }
  const { ticket, secret, userCode, rotation } = await login.create({ origin })
  const { id } = ticket.birth
  const draw = (age: number) => makePayload(id, rotation?.key, age)
  return { id, secret, userCode, draw, held: new Map(), sessions: new Set() }
}

/** The answer as a line; what is thrown and is no refusal is thrown on. */
export async function perform(login: Login, attempt: Attempt, call: Call, age = 0): Promise<string> {
  return answerOf(async () => {
    const { id, secret, held, sessions } = attempt
    switch (call.verb) {
      case 'read':
        return login.read(id, secret)
      case 'wait':
        return login.wait(id, secret, { since: call.since, seconds: 25 })
      case 'cancel':
        return login.cancel(id, secret)
      case 'scan': {
        const { ticket, scanToken } = await login.scan({ qr: await attempt.draw(age) }, { id: call.user })
        held.set(call.token, { scanToken })
        return ticket
      }
      case 'confirm': {
        const phone = held.get(call.token)
        const { ticket, checkCode } = await login.confirm(id, phone?.scanToken ?? unknownToken, userOf(call))
        if (phone && checkCode !== undefined) phone.checkCode = checkCode
        return ticket
      }
      case 'deny':
        return login.deny(id, held.get(call.token)?.scanToken ?? unknownToken, userOf(call))
      case 'verify':
        return login.verify(id, secret, held.get(call.code)?.checkCode ?? wrongCode(attempt))
      case 'redeem': {
        const { ticket, user, token } = await login.redeem(id, secret)
        sessions.add(`${user.id} ${token}`)
        return ticket
      }
    }
  })
}

/** A ticket or a refusal as a line. */
export async function answerOf(call: () => Promise<Ticket>): Promise<string> {
  try {
    return ticketLine(await call())
  } catch (error) {
    if (!(error instanceof LoginError)) throw error
    return error.attemptsLeft === undefined ? error.code : `${error.code}, ${error.attemptsLeft} left`
  }
}

/** A check code can be typed only once its phone has shown it. */
export function isShown({ held }: Attempt, code: string): boolean {
  return held.get(code)?.checkCode !== undefined
}

const unknownToken = 'A'.repeat(43)

function userOf({ user }: { user?: string }) {
  return user === undefined ? undefined : { id: user }
}

function wrongCode({ held }: Attempt): string {
  const codes = [...held.values()].map(({ checkCode }) => checkCode)
  return (
    ['00000000', ...codes.map((_, index) => `${index + 1}`.repeat(digits))].find(code => !codes.includes(code)) ?? ''
  )
}

function ticketLine(ticket: Ticket): string {
  const { state, version, deadline, contended, birth } = ticket
  const user = 'phone' in ticket ? ticket.phone?.user.id : undefined
  const tries = ticket.state === 'verifying' ? ticket.attemptsLeft : 0
  return line({ state, version, until: deadline - birth.createdAt, user, contended, tries })
}
