/** From the code to the question: whose phone this is, what its camera has read or its user has typed. */
import type { Phone, Prompt } from 'scanlogin/phone'
import { chooseDemoUser, type DemoUser, readDemoUsers } from '../demo/users.ts'
import { hasChoice, type Ways } from '../phone-ways/ways.ts'
import { isPassing, questionOf } from './deciding.ts'
import type { Screen } from './screen.ts'
import { isUserCode } from './start.ts'
import type { Taps, View } from './view.ts'

export type Asking = Pick<
  Taps,
  'choose' | 'changeUser' | 'open' | 'start' | 'openScanner' | 'read' | 'type' | 'leave' | 'chooseWay'
>

export interface AskingOptions {
  phone: Phone
  /** Lets one choose whose phone this is. */
  demo: boolean
  /** How a phone that nobody is signed in on becomes somebody's. */
  ways: Ways | undefined
}

/** A code as it came, and the call that tells what it is for. */
interface Came {
  readonly text: string
  readonly scan: () => Promise<Prompt>
}

export function createAsking(screen: Screen, { phone, demo, ways }: AskingOptions): Asking {
  let users: readonly DemoUser[] = []
  let user: DemoUser | undefined
  /** A code that came before it was known whose phone this is. */
  let unread: Came | undefined
  const scanned = (text: string): Came => ({ text, scan: () => phone.scan(text) })
  const typed = (text: string): Came => ({ text, scan: () => phone.enter(text) })

  function ask(came: Came): void {
    screen.show({ name: 'reading' })
    void screen.lead(
      async () => questionOf(await came.scan()),
      ({ code, reasons }) => {
        if (code === 'unauthenticated') return whoseView(came)
        if (code === 'stale_qr' && came.text === ways?.kept) return { name: 'returned' }
        return { name: 'problem', code, reasons, retry: isPassing(code) ? () => ask(came) : undefined }
      },
    )
  }

  /** Nobody is signed in on this phone. */
  function whoseView(came: Came): View {
    unread = came
    if (demo) return { name: 'users', users }
    if (ways?.inside !== undefined) return leave(ways.inside)
    if (ways && hasChoice(ways.choices)) return { name: 'ways', choices: ways.choices }
    unread = undefined
    return { name: 'problem', code: 'unauthenticated', retry: undefined }
  }

  function leave(provider: string): View {
    ways?.leave(provider, unread?.text ?? '')
    return { name: 'leaving', provider }
  }

  function start(): void {
    const came = demo ? unread : undefined
    unread = undefined
    if (came) ask(came)
    else screen.show({ name: 'start', user })
  }

  async function readUsers(): Promise<void> {
    screen.show({ name: 'reading' })
    const current = screen.lease()
    const known = await readDemoUsers().catch(() => undefined)
    if (!current()) return
    if (!known) return screen.show({ name: 'problem', code: 'unreachable', retry: readUsers })
    users = known.users
    user = known.current
    if (user) start()
    else screen.show({ name: 'users', users })
  }

  return {
    open(code) {
      // A code that was kept may be one that was typed.
      const came = code === undefined ? undefined : isUserCode(code) ? typed(code) : scanned(code)
      unread = came
      if (demo) void readUsers()
      else if (came) ask(came)
      else start()
    },
    async choose(chosen) {
      const done = await chooseDemoUser(chosen).catch(() => false)
      if (!done) return screen.show({ name: 'problem', code: 'unreachable', retry: readUsers })
      user = chosen
      start()
    },
    changeUser: () => screen.show({ name: 'users', users }),
    start,
    openScanner: () => screen.show({ name: 'scanning' }),
    read: text => ask(scanned(text)),
    type: userCode => ask(typed(userCode)),
    leave: provider => screen.show(leave(provider)),
    chooseWay() {
      if (ways) screen.show({ name: 'ways', choices: ways.choices })
    },
  }
}
