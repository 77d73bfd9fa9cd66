/**
 * What the phone's screen can show, one thing at a time, and what a person can do about it.
 *
 *     users ─▶ start ─▶ scanning ─▶ reading ─▶ ask ─▶ verify ─▶ waiting ─▶ done
 *
 * Every step may end in `problem` instead, and `framed` shows nothing else. `arrival` comes first where another page has
 * led the person here.
 */
import type { PhoneErrorCode, Prompt } from 'scanlogin/phone'
import type { DemoUser } from '../demo/users.ts'
import type { Messages } from '../messages.ts'
import type { Passkey } from '../phone/passkey.ts'
import type { Choices } from '../phone-ways/ways.ts'

export type View =
  | { readonly name: 'users'; readonly users: readonly DemoUser[] }
  | { readonly name: 'start'; readonly user: DemoUser | undefined }
  | { readonly name: 'scanning' }
  | { readonly name: 'reading' }
  | { readonly name: 'arrival'; readonly code: string }
  /** On the way to a provider's page. */
  | { readonly name: 'leaving'; readonly provider: string }
  /** Nobody is signed in here, and there are ways to change that. */
  | { readonly name: 'ways'; readonly choices: Choices }
  /** Somebody is now, and it took longer than the code was good for. */
  | { readonly name: 'returned' }
  | { readonly name: 'ask'; readonly question: Question; readonly doubt: boolean }
  | VerifyView
  | WaitingView
  | { readonly name: 'done'; readonly outcome: Outcome }
  | {
      readonly name: 'problem'
      readonly code: PhoneErrorCode
      readonly retry: (() => void) | undefined
      /** What policies have against it. */
      readonly reasons?: readonly string[]
    }
  | { readonly name: 'framed' }

/** "Sign in" was tapped, and the phone has to show that it was its owner. */
export interface VerifyView {
  readonly name: 'verify'
  readonly question: Question
  readonly passkey: Passkey
  /** The last try was no proof. */
  readonly failed: boolean
}

/** Confirmed here, not yet collected there. */
export interface WaitingView {
  readonly name: 'waiting'
  readonly question: Question
  /** Digits for the browser, while it still asks for them. */
  readonly checkCode: string | undefined
  readonly undoFailed: boolean
}

export type Outcome = keyof Omit<Messages['phone']['done'], 'again'>

export interface Question {
  readonly prompt: Prompt
  /** When it is void, ms on the clock of `performance.now()`. */
  readonly until: number
}

/** What a person does on the screen. */
export interface Taps {
  choose(user: DemoUser): void
  changeUser(): void
  /** Turns the phone on, with the code that it was opened with. */
  open(code: string | undefined): void
  start(): void
  /** Says by which provider the person wants to be known. */
  leave(provider: string): void
  chooseWay(): void
  openScanner(): void
  /** The camera, or whatever stands in for it, has read this. */
  read(text: string): void
  type(userCode: string): void
  confirm(question: Question): void
  verify(view: VerifyView): void
  deny(question: Question): void
  undo(view: WaitingView): void
  /** The question's time is over. */
  expire(): void
}

/** What a view is drawn with. */
export interface Stage {
  readonly taps: Taps
  readonly messages: Messages['phone']
  readonly scanner: Scanner
  /** Where a person signs in on this phone. */
  readonly signInUrl: string | undefined
  /** Aborts when something else is shown. */
  readonly gone: AbortSignal
}

/** Something that reads codes: the camera, or the demo's stand-in for one. */
export interface Scanner {
  /** Shows in `frame` what it sees. `onStop` when it has gone off by itself. Throws `CameraError`. */
  open(frame: HTMLElement, hooks: { onText: (text: string) => void; onStop: () => void }): Promise<{ stop(): void }>
}
