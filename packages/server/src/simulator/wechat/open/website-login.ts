/** The website login's open codes, who waits for news of them, and what people do with them. */
import { returnAddress } from '../../http/callback.ts'
import { RefusedStep } from '../../play/refused-step.ts'
import type { WechatApp } from '../apps.ts'
import type { Person } from '../people.ts'
import type { Grants } from '../sns/grants.ts'
import type { World } from '../world.ts'
import {
  answerPoll,
  type ConfirmedSession,
  confirm,
  deny,
  expire,
  type PollAnswer,
  type QrSession,
  scan,
} from './qr-session.ts'

export interface WebsiteLogin {
  open(app: WechatApp, redirectUri: string, state: string): QrSession
  /** Throws `RefusedStep` for an unknown one, as all below do. */
  find(uuid: string): QrSession
  /** Codes that have not expired, oldest first. */
  codes(): readonly QrSession[]
  /** Those of them that can still be scanned or decided. */
  openCodes(): readonly QrSession[]
  scan(uuid: string, person: Person): QrSession
  confirm(uuid: string, person: Person): ConfirmedSession
  deny(uuid: string, person: Person): QrSession
  expire(uuid: string): QrSession
  /** Holds until there is something to tell, the time is over (408), or the caller has left (408). */
  poll(uuid: string, last: string, hangup: AbortSignal): Promise<PollAnswer>
  /** How many polls are held. */
  waiting(): number
  /** Where the browser goes now: after a confirmation, and in one of the two ways after a refusal. */
  callback(session: QrSession): string | undefined
  /** Answers all who wait. */
  close(): void
}

/** Seconds that the code of a website lives. */
const codeTtl = 600

export function createWebsiteLogin(world: World, grants: Grants): WebsiteLogin {
  const { clock, identifiers, timing, conduct } = world
  const sessions = new Map<string, QrSession>()
  const waiting = new Map<() => void, string>()

  function find(uuid: string): QrSession {
    const session = sessions.get(uuid)
    if (!session) throw new RefusedStep('There is no such code')
    return session
  }

  const codes = () => [...sessions.values()].filter(({ expiresAt }) => clock.now() < expiresAt)

  function put<Session extends QrSession>(session: Session): Session {
    sessions.set(session.uuid, session)
    for (const [wake, uuid] of waiting) if (uuid === session.uuid) wake()
    return session
  }

  /** Resolves at the next change, when the code expires, at `until`, or when the caller leaves. */
  async function news(uuid: string, until: number, hangup: AbortSignal): Promise<void> {
    await new Promise<void>(resolve => {
      const wake = () => {
        stop()
        hangup.removeEventListener('abort', wake)
        waiting.delete(wake)
        resolve()
      }
      const end = Math.min(until, sessions.get(uuid)?.expiresAt ?? until)
      const stop = clock.after(Math.max(0, end - clock.now()), wake)
      hangup.addEventListener('abort', wake)
      waiting.set(wake, uuid)
    })
  }

  return {
    find,
    open(app, redirectUri, state) {
      const uuid = identifiers.next(16)
      const expiresAt = clock.now() + timing.qrTtl * 1000
      const kept = conduct.state === 'kept' ? state : `${state}tampered`
      return put<QrSession>({ uuid, appid: app.appid, redirectUri, state: kept, expiresAt, status: 'waiting' })
    },
    codes,
    openCodes: () => codes().filter(({ status }) => status !== 'confirmed'),
    scan: (uuid, person) => put(scan(find(uuid), person.id, clock.now())),
    confirm(uuid, person) {
      const session = find(uuid)
      // Looked at before a code is made: a confirmation that is refused makes none.
      confirm(session, person.id, '', clock.now())
      const code = grants.issueCode({ appid: session.appid, personId: person.id, scope: 'snsapi_login' }, codeTtl)
      return put(confirm(session, person.id, code, clock.now()))
    },
    deny: (uuid, person) => put(deny(find(uuid), person.id, clock.now())),
    expire: uuid => put(expire(find(uuid), clock.now())),
    async poll(uuid, last, hangup) {
      const until = clock.now() + timing.hold * 1000
      for (;;) {
        const session = sessions.get(uuid)
        const spent = session?.status === 'confirmed' && grants.isUsed(session.code)
        const answer = answerPoll(spent ? undefined : session, last, clock.now())
        if (answer) return answer
        if (clock.now() >= until || hangup.aborted) return { errcode: 408, code: '' }
        await news(uuid, until, hangup)
      }
    },
    waiting: () => waiting.size,
    callback(session) {
      const { redirectUri, state } = session
      if (session.status === 'confirmed') return returnAddress(redirectUri, { code: session.code, state })
      const tells = session.status === 'denied' && conduct.denial === 'stateOnly'
      return tells ? returnAddress(redirectUri, { state }) : undefined
    },
    close() {
      sessions.clear()
      for (const wake of waiting.keys()) wake()
    },
  }
}
