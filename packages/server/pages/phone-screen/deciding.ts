/** From the question to its end: what "sign in", "refuse" and "take it back" lead to. */
import { PhoneError, type Prompt } from 'scanlogin/phone'
import type { Owner } from '../phone/passkey.ts'
import { createVerifying } from '../phone/verifying.ts'
import type { Screen } from './screen.ts'
import type { Question, Taps, View, WaitingView } from './view.ts'

export interface Deciding extends Pick<Taps, 'confirm' | 'deny' | 'undo' | 'expire' | 'verify'> {
  /** Asks how far the browser is, until there is something else to show than `view`. */
  follow(view: WaitingView): Promise<void>
}

export function createDeciding(screen: Screen, owner: Owner | undefined): Deciding {
  const { begin, verify } = createVerifying(screen, owner)

  /** A refusal of the first decision. Without an answer nobody knows whether it counted, and the question stays. */
  function undecided(question: Question): (error: PhoneError) => View {
    return ({ code, reasons }) => {
      if (code === 'unreachable') return { name: 'ask', question, doubt: true }
      const retry = isPassing(code) ? () => screen.show({ name: 'ask', question, doubt: false }) : undefined
      return { name: 'problem', code, reasons, retry }
    }
  }

  return {
    confirm(question) {
      if (question.prompt.require.user_verification) return begin(question)
      void screen.lead(() => confirmed(question), undecided(question))
    },
    verify,
    deny: question => void screen.lead(() => refused(question, 'denied'), undecided(question)),
    undo(view) {
      void screen.lead(
        () => refused(view.question, 'taken_back'),
        ({ code }) => {
          if (code === 'already_redeemed') return { name: 'done', outcome: 'too_late' }
          return isPassing(code) ? { ...view, undoFailed: true } : { name: 'problem', code, retry: undefined }
        },
      )
    },
    expire: () => screen.show({ name: 'problem', code: 'ticket_expired', retry: undefined }),
    async follow(view) {
      const current = screen.lease()
      for (;;) {
        await new Promise(resolve => setTimeout(resolve, followPause))
        if (!current()) return
        const next = await confirmed(view.question).catch(refusalInWaiting)
        // A ticket that nobody collects expires in a minute and a half at most, and that ends this.
        if (!current()) return
        if (next && !(next.name === 'waiting' && next.checkCode === view.checkCode)) return screen.show(next)
      }
    },
  }
}

export function questionOf(prompt: Prompt): View {
  const question = { prompt, until: performance.now() + prompt.expiresIn * 1000 }
  return { name: 'ask', question, doubt: false }
}

/** `true` for what may be over in a moment, so that the same tap may work then. */
export function isPassing(code: PhoneError['code']): boolean {
  return code === 'unreachable' || code === 'store_unavailable' || code === 'rate_limited' || code === 'unexpected'
}

export async function confirmed(question: Question, verification?: object): Promise<View> {
  const { state, check_code } = await question.prompt.confirm(verification)
  if (state === 'redeemed') return { name: 'done', outcome: 'signed_in' }
  return { name: 'waiting', question, checkCode: check_code, undoFailed: false }
}

async function refused(question: Question, outcome: 'denied' | 'taken_back'): Promise<View> {
  await question.prompt.deny()
  return { name: 'done', outcome }
}

/** `undefined` for what the next look may answer. */
function refusalInWaiting(error: unknown): View | undefined {
  if (!(error instanceof PhoneError)) throw error
  if (isPassing(error.code)) return undefined
  // This phone has not refused it, so three wrong numbers have.
  if (error.code === 'ticket_denied') return { name: 'done', outcome: 'wrong_check_code' }
  return { name: 'problem', code: error.code, retry: undefined }
}

/** Milliseconds. */
const followPause = 1000
