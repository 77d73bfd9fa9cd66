/**
 * One QR code of the website login, from the moment its page is opened:
 *
 *     waiting ── scan ──▶ scanned ── confirm ──▶ confirmed
 *        ▲ (scan again)      └────── deny ─────▶ denied ── scan ──▶ scanned
 *
 * Nobody writes `expired`: the clock says so. Nothing of this is documented; it is what the page's own calls show.
 */
import { RefusedStep } from '../../play/refused-step.ts'

interface Opened {
  readonly uuid: string
  readonly appid: string
  readonly redirectUri: string
  readonly state: string
  /** ms since the epoch. */
  readonly expiresAt: number
}

export type QrSession = Opened &
  (
    | { readonly status: 'waiting' }
    | { readonly status: 'scanned' | 'denied'; readonly personId: string }
    | { readonly status: 'confirmed'; readonly personId: string; readonly code: string }
  )

export type ConfirmedSession = Extract<QrSession, { status: 'confirmed' }>

/** Another person cannot take a code over that somebody is looking at. */
export function scan(session: QrSession, personId: string, now: number): QrSession {
  checkAlive(session, now)
  if (session.status === 'confirmed') throw new RefusedStep('This code has been confirmed')
  if (session.status === 'scanned' && session.personId !== personId) {
    throw new RefusedStep('Somebody else has scanned this code')
  }
  return { ...opened(session), status: 'scanned', personId }
}

export function confirm(session: QrSession, personId: string, code: string, now: number): ConfirmedSession {
  checkScannedBy(session, personId, now)
  return { ...opened(session), status: 'confirmed', personId, code }
}

export function deny(session: QrSession, personId: string, now: number): QrSession {
  checkScannedBy(session, personId, now)
  return { ...opened(session), status: 'denied', personId }
}

export function expire(session: QrSession, now: number): QrSession {
  return { ...session, expiresAt: Math.min(session.expiresAt, now) }
}

export interface PollAnswer {
  readonly errcode: 402 | 403 | 404 | 405 | 408
  readonly code: string
}

/** What a poll is told at once; `undefined`: it is held. `last` is the number that the page shows already. */
export function answerPoll(session: QrSession | undefined, last: string, now: number): PollAnswer | undefined {
  if (!session || now >= session.expiresAt) return { errcode: 402, code: '' }
  switch (session.status) {
    case 'waiting':
      return undefined
    case 'scanned':
      return last === '404' ? undefined : { errcode: 404, code: '' }
    case 'denied':
      return last === '403' ? undefined : { errcode: 403, code: '' }
    case 'confirmed':
      return { errcode: 405, code: session.code }
  }
}

function checkScannedBy(session: QrSession, personId: string, now: number): void {
  checkAlive(session, now)
  if (session.status !== 'scanned') throw new RefusedStep('Nobody is looking at this code: scan it first')
  if (session.personId !== personId) throw new RefusedStep('Somebody else has scanned this code')
}

function checkAlive(session: QrSession, now: number): void {
  if (now >= session.expiresAt) throw new RefusedStep('This code has expired')
}

function opened({ uuid, appid, redirectUri, state, expiresAt }: QrSession): Opened {
  return { uuid, appid, redirectUri, state, expiresAt }
}
