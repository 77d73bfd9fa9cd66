/** From the code to the question: whose phone this is, what its camera has read or its user has typed. */
import type { Phone, Prompt } from 'scanlogin/phone'
import { chooseDemoUser, type DemoUser, readDemoUsers } from '../demo/users.ts'
import { isPassing, questionOf } from './deciding.ts'
import type { Screen } from './screen.ts'
import type { Taps } from './view.ts'

export type Asking = Pick<Taps, 'choose' | 'changeUser' | 'open' | 'start' | 'openScanner' | 'read' | 'type'>

export interface AskingOptions {
  phone: Phone
  /** Lets one choose whose phone this is. */
  demo: boolean
}

export function createAsking(screen: Screen, { phone, demo }: AskingOptions): Asking {
  let users: readonly DemoUser[] = []
  let user: DemoUser | undefined
  /** A code that came before it was known whose phone this is. */
  let unread: (() => Promise<Prompt>) | undefined

  function ask(scan: () => Promise<Prompt>): void {
    screen.show({ name: 'reading' })
    void screen.lead(
      async () => questionOf(await scan()),
      ({ code, reasons }) => {
        if (code === 'unauthenticated' && demo) {
          unread = scan
          return { name: 'users', users }
        }
        return { name: 'problem', code, reasons, retry: isPassing(code) ? () => ask(scan) : undefined }
      },
    )
  }

  function start(): void {
    const scan = unread
    unread = undefined
    if (scan) ask(scan)
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
      unread = code === undefined ? undefined : () => phone.scan(code)
      if (demo) void readUsers()
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
    read: text => ask(() => phone.scan(text)),
    type: userCode => ask(() => phone.enter(userCode)),
  }
}
