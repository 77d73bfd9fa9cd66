/**
 * The phone's screen as one component: the hosted page fills the window with it, the demo puts it into a drawn phone.
 * Taps become calls, answers become the next view.
 */
import type { Phone } from 'scanlogin/phone'
import type { Messages } from '../messages.ts'
import type { Owner } from '../phone/passkey.ts'
import type { Ways } from '../phone-ways/ways.ts'
import { createAsking } from './asking.ts'
import { createDeciding } from './deciding.ts'
import { createScreen } from './screen.ts'
import type { Scanner, Taps, View } from './view.ts'

export interface PhoneScreenOptions {
  phone: Phone
  scanner: Scanner
  messages: Messages
  /** A code that the phone was opened with; asked about as soon as it is known whose phone this is. */
  code?: string | undefined
  /** Another page has led here: whether the code was scanned is asked before anything is sent. Default `false`. */
  sentHere?: boolean
  /** How a phone that nobody is signed in on becomes somebody's. Default: it does not. */
  ways?: Ways
  /** How the phone's owner shows that it is them. Default: they cannot. */
  owner?: Owner
  /** Lets one choose whose phone this is. Default `false`: the app knows. */
  demo?: boolean
  /** Where a person signs in on this phone. Default: no link. */
  signInUrl?: string | undefined
  /** Hears of each new view. */
  onView?: (view: View) => void
}

export interface PhoneScreen {
  /** As if the camera had read `text`. */
  read(text: string): void
  setMessages(messages: Messages): void
}

export function mountPhone(root: HTMLElement, options: PhoneScreenOptions): PhoneScreen {
  const {
    phone,
    scanner,
    messages,
    code,
    sentHere = false,
    ways,
    owner,
    demo = false,
    signInUrl,
    onView = () => {},
  } = options
  const screen = createScreen(root, {
    messages,
    scanner,
    signInUrl,
    taps: () => taps,
    onView(view) {
      if (view.name === 'waiting') void deciding.follow(view)
      onView(view)
    },
  })
  const asking = createAsking(screen, { phone, demo, ways })
  const deciding = createDeciding(screen, owner)
  const taps: Taps = { ...asking, ...deciding }
  // Another page around this one could cover its buttons. The server's headers forbid it; this is for where they got lost.
  if (self !== top) screen.show({ name: 'framed' })
  else if (sentHere && code !== undefined) screen.show({ name: 'arrival', code })
  else asking.open(code)
  return { read: taps.read, setMessages: screen.setMessages }
}
