/** The audit log: each event of a sign-in as one line, at the level that its kind deserves. */
import type { LoginEvent } from 'scanlogin'
import type { Log } from '../log.ts'

type Level = 'error' | 'warn' | 'info' | 'debug'

/** For `createLogin({ onEvent })`. */
export function logEvents(log: Log): (event: LoginEvent) => void {
  return ({ type, at: _, error, knownBrowser, userVerified, ...known }) => {
    const approval = {
      ...(knownBrowser !== undefined && { known_browser: knownBrowser }),
      ...(userVerified !== undefined && { user_verified: userVerified }),
    }
    const line = { event: type, ...known, ...approval, ...(error !== undefined && { err: error }) }
    // What somebody does to others is no everyday step.
    if (type !== 'cancelled' || known.by === undefined) log[levelOf(type, known.code)](line, texts[type])
    else log.warn(line, 'an operator has ended the sign-in')
  }
}

function levelOf(type: LoginEvent['type'], code: LoginEvent['code']): Level {
  if (type !== 'refused') return levels[type]
  return code !== undefined && telling.has(code) ? 'info' : 'debug'
}

/** Anybody can open sign-ins and leave them: that is for who looks closer. */
const levels: Readonly<Record<Exclude<LoginEvent['type'], 'refused'>, Level>> = {
  created: 'debug',
  scanned: 'info',
  verifying: 'debug',
  confirmed: 'info',
  redeemed: 'info',
  denied: 'info',
  cancelled: 'debug',
  contended: 'warn',
  forged_codes: 'warn',
  denial_spike: 'warn',
  policy_failed: 'error',
  unreadable: 'error',
  refresh_reuse: 'warn',
  identity_removed: 'info',
  session_opened: 'info',
  session_ended: 'info',
}

/** Refusals that say something about somebody; the rest are mistakes, latecomers and strangers. */
const telling = new Set<LoginEvent['code']>([
  'forbidden',
  'rate_limited',
  'check_code_mismatch',
  'account_unavailable',
  'invalid_proof',
  'already_scanned',
  'stale_qr',
])

const texts: Readonly<Record<LoginEvent['type'], string>> = {
  created: 'a sign-in was begun',
  scanned: 'a phone has scanned it',
  verifying: 'the phone has said yes, and the browser is asked for the check code',
  confirmed: 'the phone has said yes',
  redeemed: 'the browser is signed in',
  denied: 'the sign-in was refused',
  cancelled: 'the browser has given up',
  refused: 'a call was refused',
  contended: 'another account has scanned the same code',
  forged_codes: 'somebody makes up codes: the sign-in was ended',
  denial_spike: 'more people refuse than confirm: somebody may be sending codes around',
  policy_failed: 'a policy is out of order, which counts as a denial',
  unreadable: 'what the store has for a ticket cannot be read: another program writes there, or a later version',
  refresh_reuse: 'a refresh token came back: its session has ended',
  identity_removed: 'an identity was removed from an account, and the sessions that it had opened have ended',
  session_opened: 'a session has opened',
  session_ended: 'a session was ended',
}
