/** From "sign in" over the passkey to the confirmation, where the sign-in needs one. */
import type { PhoneError } from 'scanlogin/phone'
import { confirmed, isPassing } from '../phone-screen/deciding.ts'
import type { Screen } from '../phone-screen/screen.ts'
import type { Question, Taps, VerifyView, View } from '../phone-screen/view.ts'
import type { Owner } from './passkey.ts'

export interface Verifying extends Pick<Taps, 'verify'> {
  /** Finds out what the owner can show it with. */
  begin(question: Question): void
}

export function createVerifying(screen: Screen, owner: Owner | undefined): Verifying {
  async function viewOf(question: Question, failed = false): Promise<VerifyView> {
    const passkey = owner ? await owner.passkeyFor(question.prompt) : ({ kind: 'unavailable' } as const)
    return { name: 'verify', question, passkey, failed }
  }

  async function next(view: VerifyView): Promise<View> {
    const { question, passkey } = view
    switch (passkey.kind) {
      case 'unavailable':
        return view
      case 'none':
        return viewOf(question, !(await passkey.enrol()))
      case 'enrolled': {
        const evidence = await passkey.prove()
        return evidence ? confirmed(question, evidence) : { ...view, failed: true }
      }
    }
  }

  function begin(question: Question): void {
    screen.show({ name: 'reading' })
    void screen.lead(
      () => viewOf(question),
      ({ code }) => ({ name: 'problem', code, retry: isPassing(code) ? () => begin(question) : undefined }),
    )
  }

  return {
    begin,
    verify(view) {
      void screen.lead(
        () => next(view),
        error => (isRefused(error) ? { ...view, failed: true } : problemOf(error, view)),
      )
    },
  }

  function problemOf({ code }: PhoneError, view: VerifyView): View {
    return { name: 'problem', code, retry: isPassing(code) ? () => begin(view.question) : undefined }
  }
}

/** The server has looked at what the passkey said, and it was not enough. */
function isRefused({ code, status }: PhoneError): boolean {
  return code === 'forbidden' || status === 400 || status === 409
}
