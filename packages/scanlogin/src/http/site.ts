/** A host's choices, read once and settled: what every call of the handler is answered by. */
import { LoginError } from '../core/errors.ts'
import type { Login } from '../core/login.ts'
import { createPatientLocate, type PatientLocate } from '../core/place/patient-locate.ts'
import type { Locate } from '../core/place/place.ts'
import type { ProviderIdentity, User } from '../core/ticket.ts'
import type { Sessions } from '../sessions/session.ts'
import type { Tracer } from '../tracing/tracer.ts'
import { type ApiKeys, createApiKeys } from './api-keys.ts'
import { createSeats, type FullLimit, type Seats } from './calls/seats.ts'
import { type Client, type Clients, createClients } from './clients.ts'
import { createOrigins, type Origins } from './origin.ts'
import { createProofs, type Proofs } from './proof/proofs.ts'

export interface HandlerOptions {
  /** Path the calls are mounted at. Default `/v1`. */
  base?: string
  /**
   * Whose phone this is, by the app's own token or cookie on the request; `undefined` if nobody is signed in on it.
   * Default: nobody, and only an API key can scan.
   */
  authenticate?: (request: Request) => Promise<PhoneUser | undefined> | PhoneUser | undefined
  /**
   * Whether this is the phone's owner, by what came as `user_verification` with "sign in", such as a WebAuthn assertion
   * over a challenge that is bound to the ticket and the scan token. Default: no such evidence is taken, and only the
   * app's back end can say that it has checked.
   */
  verifyUser?: (evidence: unknown, asked: UserVerification) => Promise<boolean> | boolean
  /**
   * Gives the browser the host's own session, once the phone has confirmed. It is called again, with the same `token`,
   * when a browser repeats redeem because an answer was lost: use the token as the session's, or as the key to find
   * the session it has made. To refuse, throw `LoginError('account_unavailable')`.
   */
  signIn?: (user: User, request: Request, signingIn: SigningIn) => Promise<SignedIn> | SignedIn
  /** Sessions of scanlogin's own, in place of `signIn`. */
  sessions?: Sessions
  /**
   * Whether an account may sign in at this moment: asked when a session is given out or renewed, because an account may
   * have been locked since the phone confirmed. What it throws is an outage, and nobody signs in. Default: always.
   */
  accountAvailable?: (user: User) => Promise<boolean> | boolean
  /** Keys of the app's own back ends, at least 32 characters each: they call scan, confirm and deny for a user. */
  apiKeys?: readonly string[]
  /** Other origins whose pages may call, such as `https://www.example.com`. Default none. */
  allowedOrigins?: readonly string[]
  /** The site itself, as the phone shows it. Default: the host of `publicUrl`, and no return addresses. */
  site?: { name?: string; returnTo?: readonly string[] }
  /**
   * Other sites that people sign in to, by client id. With `sessions` their back ends get a code to exchange; `signIn` has
   * to sign in to that site and no other. Pages of a site's `origin` may call for it, without cookies. Default none.
   */
  clients?: Readonly<Record<string, Client>>
  /** Shows the browser the masked name of who scanned. Default `true`. */
  showScanner?: boolean
  /** The browser's address, where a proxy stands in front. Default: the other end of the connection. */
  clientAddress?: (caller: Caller) => string | undefined
  /**
   * Where an address is, by a geo database of the host's own: the phone page shows its `name` before "sign in", and the
   * list of sessions does. What it throws, or gives after 500 ms, is "not known", and told to `onError` once a minute
   * at most. Default: no places are shown.
   */
  locate?: Locate
  /** Browsers that may wait at a time in this process; who comes then is answered at once. Default 50,000. */
  maxWaiting?: number
  /** The same for one address, or one IPv6 network of 64 bits: a whole office may share it. Default 2,000. */
  maxWaitingPerAddress?: number
  /**
   * Says whether the process has memory for another browser that waits; asked each time one wants to, so it has to be
   * quick. Where it says `false` who comes is answered at once. Default: there is always room.
   */
  hasRoom?: () => boolean
  /** Hears, at most once a minute, which of the three has kept a browser from waiting. Default: nobody does. */
  onFull?: (limit: FullLimit) => void
  /** Hears of every failure that is not a refusal. Default: `console.error`. */
  onError?: (error: unknown) => void
  /** Sees each call as a span: `trace.getTracer('scanlogin')` of `@opentelemetry/api`. Default: nobody does. */
  tracer?: Tracer
}

/** Who is signed in on the phone that calls. */
export interface PhoneUser extends User {
  /** The phone's own one in the list of `sessions`, where it is signed in by one of them. */
  readonly sessionId?: string
  /** By which identity, where a provider has told who it is: what the phone approves ends with it. */
  readonly signedInBy?: ProviderIdentity
}

export interface Caller {
  /** The other end of the connection, where the runtime tells it. */
  readonly peer: string | undefined
  /** `name` in lower case. */
  header(name: string): string | undefined
}

export interface UserVerification {
  readonly user: User
  readonly ticketId: string
  /** As the caller has sent it: whether it is the phone's is checked when the verification counts. */
  readonly scanToken: string
}

export interface SigningIn {
  /** 256 bits, the same at every repetition, known to nobody else. */
  readonly token: string
  readonly ticketId: string
  /** The site that the person has read on the phone; `undefined` is the site itself. */
  readonly clientId: string | undefined
  /** Policies want this session to end sooner than others. */
  readonly shortSession: boolean
  /** The phone has shown that it was its owner who confirmed: fingerprint, face or PIN. */
  readonly userVerified: boolean
}

export interface SignedIn {
  /** Sent to the browser as `session`. Default `{}`. */
  session?: unknown
  /** Added to the answer; most hosts set a cookie here. */
  headers?: HeadersInit
}

export interface Site {
  readonly login: Login
  readonly base: string
  readonly secure: boolean
  readonly origins: Origins
  readonly proofs: Proofs
  readonly clients: Clients
  readonly apiKeys: ApiKeys
  readonly showScanner: boolean
  readonly authenticate: (request: Request) => Promise<PhoneUser | undefined> | PhoneUser | undefined
  readonly verifyUser: HandlerOptions['verifyUser']
  readonly signIn: HandlerOptions['signIn']
  readonly sessions: Sessions | undefined
  readonly accountAvailable: HandlerOptions['accountAvailable']
  readonly clientAddress: (caller: Caller) => string | undefined
  /** `undefined` where nobody knows; never rejects. */
  readonly locate: PatientLocate
  readonly seats: Seats
  readonly onError: (error: unknown) => void
  readonly tracer: Tracer | undefined
}

export function createSite(login: Login, options: HandlerOptions): Site {
  const { base = '/v1', authenticate = () => undefined, signIn, sessions, showScanner = true } = options
  const { apiKeys = [], allowedOrigins = [], clients = {}, clientAddress = ({ peer }) => peer } = options
  const { maxWaiting = 50_000, maxWaitingPerAddress = 2000, onFull = () => {} } = options
  const { hasRoom = () => true, onError = error => console.error(error) } = options
  if (!/^(\/[\w.~-]+)*$/.test(base)) throw new TypeError('base must be a path such as /v1, without a slash at its end')
  if (!signIn === !sessions) throw new TypeError('exactly one of signIn and sessions must be given')
  for (const origin of allowedOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new TypeError('allowedOrigins must hold origins such as https://www.example.com')
    }
  }
  for (const [name, limit] of Object.entries({ maxWaiting, maxWaitingPerAddress })) {
    if (!(Number.isInteger(limit) && limit >= 0)) throw new TypeError(`${name} must be a whole number`)
  }
  const host = new URL(login.publicUrl).host
  const own = { name: options.site?.name ?? host, origin: login.publicUrl, returnTo: options.site?.returnTo ?? [] }
  const tell = (error: unknown) => quietly(onError, error)
  const { locate } = options
  return {
    login,
    base,
    secure: login.publicUrl.startsWith('https:'),
    origins: createOrigins(
      [login.publicUrl, ...allowedOrigins],
      Object.values(clients).map(({ origin }) => origin),
    ),
    proofs: createProofs(login, base, allowedOrigins),
    clients: createClients(own, clients),
    apiKeys: createApiKeys(apiKeys),
    showScanner,
    authenticate,
    verifyUser: options.verifyUser,
    signIn,
    sessions,
    accountAvailable: options.accountAvailable,
    // A host takes the caller apart as it likes, and a call does not survive that.
    clientAddress: call => clientAddress({ peer: call.peer, header: name => call.header(name) }),
    locate: locate ? createPatientLocate({ locate, clock: login.clock, onError: tell }) : async () => undefined,
    seats: createSeats({ maxWaiting, maxWaitingPerAddress, hasRoom, clock: login.clock, onFull }),
    onError: tell,
    tracer: options.tracer,
  }
}

/** Throws `not_found` where the host keeps sessions of its own: it has no such address. */
export function sessionsOf({ sessions }: Pick<Site, 'sessions'>): Sessions {
  if (!sessions) throw new LoginError('not_found')
  return sessions
}

/** What people are shown of where an address is; `undefined` where that is not known. */
export async function placeNameOf({ locate }: Site, address: string | undefined): Promise<string | undefined> {
  return address === undefined ? undefined : (await locate(address))?.name
}

/** A log that is out of order must not take the answer with it. */
function quietly(listener: (error: unknown) => void, error: unknown): void {
  try {
    listener(error)
  } catch {
    // There is nobody left to tell.
  }
}
