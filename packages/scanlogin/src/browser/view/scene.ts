/** What each state looks like, decided without a screen: words, sign and buttons. The view only carries it out. */

import { fill, type Messages } from '../messages.ts'
import type { ClientState, OfflineState, Problem } from '../state.ts'
import type { IconName } from './icons.ts'

export interface Scene {
  /** `code` shows the QR code; in all others it is covered. */
  readonly kind: 'code' | 'calm' | 'busy' | 'form' | 'good' | 'bad'
  readonly icon?: IconName
  /** Read out when it changes. */
  readonly title: string
  readonly text?: string
  /** The button, and what it is for. */
  readonly action?: { readonly label: string; readonly does: SceneAction }
  /** A quieter way out. */
  readonly wayOut?: string
  readonly notice?: string
  /** Around the `{time}` that is left, where people should see it. */
  readonly timer?: string
  readonly form?: FormScene
}

/** `redraw` asks once more for a code that another way to the ticket shows. */
export type SceneAction = 'start' | 'refresh' | 'redeem' | 'redraw'

export interface FormScene {
  readonly digits: number
  readonly label: string
  readonly button: string
  readonly busy: boolean
  readonly error?: string
}

export function sceneOf(state: ClientState, words: Messages): Scene {
  const refresh = (label: string) => ({ label, does: 'refresh' }) as const
  switch (state.state) {
    case 'idle':
      return {
        kind: 'calm',
        icon: 'phone',
        title: words.idle,
        action: { label: words.showCode, does: 'start' },
      }
    case 'loading':
      return { kind: 'busy', title: words.loading }
    case 'waiting':
      return { kind: 'code', title: words.waiting, timer: words.validFor, ...contention(state.contended, words) }
    case 'scanned':
    case 'verifying':
    case 'confirmed':
    case 'otherAccount':
      return claimedScene(state, words)
    case 'signedIn': {
      const { name } = state.user
      return { kind: 'good', icon: 'check', title: name ? fill(words.welcome, { name }) : words.signedIn }
    }
    case 'handedOver':
      return { kind: 'busy', title: words.confirmed }
    case 'denied': {
      const title = state.reason === 'check_code' ? words.deniedCode : words.denied
      return { kind: 'bad', icon: 'cross', title, text: words.deniedText, action: refresh(words.newCode) }
    }
    case 'cancelled':
      return { kind: 'calm', icon: 'cross', title: words.cancelled, action: refresh(words.newCode) }
    case 'expired': {
      const { expired: title, expiredText: text } = words
      return { kind: 'calm', icon: 'clock', title, text, action: refresh(words.newCode) }
    }
    case 'offline':
      return offlineScene(state, words)
    case 'error': {
      const text = explain(state.problem, words)
      return { kind: 'bad', icon: 'alert', title: words.error, text, action: refresh(words.tryAgain) }
    }
  }
}

/** While another code is to stand in the place of our own. */
export function otherCodeScene(picture: 'loading' | 'failed' | 'ready', contended: boolean, words: Messages): Scene {
  switch (picture) {
    case 'loading':
      return { kind: 'busy', title: words.loading }
    case 'ready':
      return { kind: 'code', title: words.otherCode, timer: words.validFor, ...contention(contended, words) }
    case 'failed': {
      const action = { label: words.tryAgain, does: 'redraw' } as const
      return { kind: 'calm', icon: 'alert', title: words.noOtherCode, text: words.noOtherCodeText, action }
    }
  }
}

function offlineScene({ problem }: OfflineState, words: Messages): Scene {
  const action = { label: words.tryNow, does: 'refresh' } as const
  if (problem.status < 429) {
    return { kind: 'calm', icon: 'offline', title: words.offline, text: words.offlineText, action }
  }
  const { detail } = problem
  // Only people put a sentence of their own there: an operator who has stopped all sign-ins, or a site's policy.
  if (problem.code === 'rate_limited' && detail !== undefined) {
    return { kind: 'calm', icon: 'alert', title: words.stopped, text: detail, notice: words.stoppedText, action }
  }
  return { kind: 'calm', icon: 'clock', title: words.busy, text: words.busyText, action }
}

type ClaimedState = Extract<ClientState, { state: 'scanned' | 'verifying' | 'confirmed' | 'otherAccount' }>

/** Somebody's phone holds the ticket. */
function claimedScene(state: ClaimedState, words: Messages): Scene {
  const notice = contention(state.contended, words)
  const scannedBy = state.scannedBy ? fill(words.scannedBy, { name: state.scannedBy }) : words.scanned
  switch (state.state) {
    case 'scanned': {
      const text = words.confirmOnPhone
      return {
        kind: 'calm',
        icon: 'phone',
        title: scannedBy,
        text,
        wayOut: words.notYou,
        timer: words.timeLeft,
        ...notice,
      }
    }
    case 'verifying': {
      const { digits, checking, problem } = state
      const form: FormScene = {
        digits,
        label: fill(words.digitsLabel, { digits }),
        button: checking ? words.checking : words.verify,
        busy: checking,
        ...(problem && { error: mismatch(problem, state.attemptsLeft, words) }),
      }
      return {
        kind: 'form',
        title: words.verifying,
        text: scannedBy,
        wayOut: words.notYou,
        timer: words.timeLeft,
        form,
        ...notice,
      }
    }
    case 'confirmed':
      return { kind: 'busy', title: words.confirmed, text: scannedBy }
    case 'otherAccount':
      return {
        kind: 'calm',
        icon: 'alert',
        title: state.scannedBy ? fill(words.otherAccount, { name: state.scannedBy }) : words.otherAccountUnnamed,
        text: words.otherAccountText,
        action: { label: words.continue, does: 'redeem' },
        wayOut: words.notYou,
        timer: words.timeLeft,
      }
  }
}

function contention(contended: boolean, words: Messages): { notice?: string } {
  return contended ? { notice: words.contended } : {}
}

function mismatch({ code }: Problem, left: number, words: Messages): string {
  return code === 'check_code_mismatch' ? fill(words.mismatch, { left }) : words.notSent
}

function explain({ code }: Problem, words: Messages): string {
  switch (code) {
    case 'account_unavailable':
      return words.errorAccount
    case 'forbidden':
      return words.errorForbidden
    case 'not_found':
      return words.errorCookies
    default:
      return words.errorText
  }
}

/** `1:05` */
export function clockFace(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
