/**
 * The 17 mitigations of BCP 247 (RFC 10027, section on mitigations) against attacks on cross-device sign-in, and what a
 * configuration does about each. It claims no more than what runs: what only a person or another system can do is
 * `partly` or `off`, and says so.
 */
import type { Config } from '../../config.ts'
import type { Choice } from '../choices.ts'
import { chosenPolicies } from '../settings.ts'

export type Status = 'on' | 'partly' | 'off'

export interface Mitigation {
  /** As RFC 10027 counts them. */
  readonly number: number
  readonly name: string
  /** P prevents, D disrupts, R helps to recover. */
  readonly kind: string
  readonly status: Status
  /** What is done here. */
  readonly how: string
  /** What turns more of it on; absent where no setting does. */
  readonly setting?: string
}

/** What the active policies do together. */
interface Active {
  readonly config: Config
  readonly names: ReadonlySet<Choice['name']>
  /** Of those policies that ask everybody, and of those that only ask some. */
  readonly everybody: Demands
  readonly some: Demands
}

interface Demands {
  readonly checkCode: boolean
  readonly userVerification: boolean
  readonly shortSession: boolean
}

export function assess(config: Config): readonly Mitigation[] {
  const { choices } = chosenPolicies(config)
  const active: Active = {
    config,
    names: new Set(choices.map(({ name }) => name)),
    everybody: demandsOf(choices.filter(({ name }) => name === 'always')),
    some: demandsOf(choices.filter(({ name }) => name !== 'always')),
  }
  return rows.map(({ judge, ...row }, index) => ({ number: index + 1, ...row, ...judge(active) }))
}

function demandsOf(choices: readonly Choice[]): Demands {
  const demands = choices.map(choice => ('require' in choice ? choice.require : {}))
  return {
    checkCode: demands.some(({ checkCode }) => checkCode !== undefined),
    userVerification: demands.some(({ userVerification }) => userVerification === true),
    shortSession: demands.some(({ shortSession }) => shortSession === true),
  }
}

interface Row {
  readonly name: string
  readonly kind: string
  judge(active: Active): Pick<Mitigation, 'status' | 'how' | 'setting'>
}

const rows: readonly Row[] = [
  {
    name: 'Establish proximity',
    kind: 'P D',
    judge({ names }) {
      const setting = 'SCANLOGIN_POLICIES=same-network'
      if (!names.has('same-network'))
        return { status: 'off', how: 'the phone only shows where the browser is', setting }
      return {
        status: 'partly',
        how: 'phone and browser on different networks need a check code; no radio, no passkey',
      }
    },
  },
  {
    name: 'Short-lived codes',
    kind: 'D',
    judge({ config }) {
      const ticket = `a sign-in can be scanned for ${config.SCANLOGIN_SCAN_TTL} s`
      if (config.SCANLOGIN_ROTATION) return { status: 'on', how: `the code changes every 10 s, ${ticket}` }
      return { status: 'partly', how: `${ticket}, and the code stays the same`, setting: 'SCANLOGIN_ROTATION=on' }
    },
  },
  {
    name: 'One-time or limited use codes',
    kind: 'D',
    judge: () => ({ status: 'on', how: 'a code belongs to who scans it first, and signs one browser in, once' }),
  },
  {
    name: 'Unique codes',
    kind: 'D',
    judge: () => ({ status: 'on', how: 'ids are 128 random bits; a used one is remembered for ten minutes' }),
  },
  {
    name: 'Content filtering',
    kind: 'P',
    judge: () => ({
      status: 'partly',
      how: 'every code begins with one fixed address, for filters to match; none is here',
    }),
  },
  {
    name: 'Detect and remediate',
    kind: 'R',
    judge({ config }) {
      const quiet = ['fatal', 'error', 'silent'].includes(config.SCANLOGIN_LOG_LEVEL)
      const how = 'sessions can be ended one by one; no shared signals (CAEP) are sent'
      if (quiet)
        return {
          status: 'partly',
          how: `events and alarms are not logged; ${how}`,
          setting: 'SCANLOGIN_LOG_LEVEL=info',
        }
      return { status: 'partly', how: `steps, refusals and alarms are logged; ${how}` }
    },
  },
  {
    name: 'Trusted devices',
    kind: 'P',
    judge({ names, some }) {
      if (!names.has('new-browser')) {
        return { status: 'off', how: 'all browsers are treated alike', setting: 'SCANLOGIN_POLICIES=new-browser' }
      }
      if (some.checkCode)
        return { status: 'partly', how: 'a browser whose key the user does not know needs more; none is shut out' }
      const how = 'a browser whose key the user does not know is marked as new, and its session is shorter'
      return { status: 'partly', how, setting: 'SCANLOGIN_POLICIES=new-browser' }
    },
  },
  {
    name: 'Trusted networks',
    kind: 'P',
    judge({ config: { SCANLOGIN_ALLOWED_NETWORKS: networks } }) {
      if (networks) return { status: 'on', how: `browsers on ${networks.length} listed networks only` }
      return { status: 'off', how: 'browsers on any network', setting: 'SCANLOGIN_ALLOWED_NETWORKS' }
    },
  },
  {
    name: 'Limited scopes',
    kind: 'R',
    judge: () => ({ status: 'off', how: 'a session by QR code may do what any may; the site may limit it by itself' }),
  },
  {
    name: 'Short-lived tokens',
    kind: 'R',
    judge({ config, everybody, some }) {
      const lifetime = `sessions end after ${config.SCANLOGIN_SESSION_TTL} s`
      if (everybody.shortSession) return { status: 'on', how: 'every session is a shorter one' }
      const setting = 'SCANLOGIN_POLICIES=short-session'
      if (some.shortSession) return { status: 'partly', how: `${lifetime}, those of new browsers sooner`, setting }
      return { status: 'partly', how: lifetime, setting }
    },
  },
  {
    name: 'Rate limits',
    kind: 'P D',
    judge({ names }) {
      const wanted = ['rate-limits', 'prompt-fatigue', 'guess-budget'] as const
      const missing = wanted.filter(name => !names.has(name))
      const setting = `SCANLOGIN_POLICIES=${missing.join(',')}`
      if (missing.length === 0) {
        return {
          status: 'on',
          how: 'for each network, user and ticket; a pause after three refused prompts; guessed codes',
        }
      }
      return {
        status: 'partly',
        how: `five wrong typed codes of a user in five minutes${having(wanted, names)}`,
        setting,
      }
    },
  },
  {
    name: 'Sender-constrained tokens',
    kind: 'R',
    judge({ config }) {
      const collecting = 'a browser with a key has to prove it to collect'
      if (config.SCANLOGIN_SESSIONS === 'jwt') {
        return { status: 'partly', how: `${collecting}; tokens name the key, for calls that ask for a proof of it` }
      }
      return { status: 'partly', how: `${collecting}; the session is a bearer’s`, setting: 'SCANLOGIN_SESSIONS=jwt' }
    },
  },
  {
    name: 'User education',
    kind: 'P',
    judge: () => ({
      status: 'partly',
      how: 'the phone page warns beside the button; an app of your own has to do so itself',
    }),
  },
  {
    name: 'User experience',
    kind: 'P',
    judge: () => ({
      status: 'on',
      how: 'the phone page says who asks; refusing is as easy as confirming; buttons wait to be seen',
    }),
  },
  {
    name: 'Authenticate, then initiate',
    kind: 'P',
    judge: () => ({ status: 'off', how: 'anybody may open a sign-in; a site may put its own gate before the page' }),
  },
  {
    name: 'Request initiation verification',
    kind: 'D',
    judge({ config, everybody, some, names }) {
      if (config.SCANLOGIN_CHECK_CODE || everybody.checkCode) {
        return { status: 'on', how: 'every sign-in by our own code asks the browser for digits that the phone shows' }
      }
      const setting = 'SCANLOGIN_CHECK_CODE=4'
      if (!some.checkCode) return { status: 'off', how: 'the phone shows no code', setting }
      const who = names.has('same-network') ? 'new browsers, and other networks than the phone’s,' : 'new browsers'
      return { status: 'partly', how: `${who} are asked for a code that the phone shows`, setting }
    },
  },
  {
    name: 'Request binding with out-of-band data',
    kind: 'D',
    judge: () => ({ status: 'off', how: 'nothing is typed in the browser before the code is shown' }),
  },
]

function having(wanted: readonly Choice['name'][], names: ReadonlySet<Choice['name']>): string {
  const there = wanted.filter(name => names.has(name))
  return there.length > 0 ? `, and ${there.join(', ')}` : ''
}
