/**
 * What a page about a person's own things shows while nobody is signed in: a code and the providers, all of which lead back
 * to this very page.
 */
import { define, type ScanLogin } from 'scanlogin/element'
import { providerName } from '../account/providers.ts'
import type { Language, Messages } from '../messages.ts'
import { element } from './dom.ts'
import { meta } from './meta.ts'

export interface WayIn {
  readonly root: HTMLElement
  speak(messages: Messages, language: Language): void
}

export interface WayInOptions {
  /** Why it is shown. */
  lead: (messages: Messages) => string
  /** The path that a provider's page leads back to. */
  returnTo: string
  signedIn: () => void
}

export function wayIn({ lead, returnTo, signedIn }: WayInOptions): WayIn {
  define()
  const code: ScanLogin = document.createElement('scan-login')
  code.addEventListener('scan-login-signed-in', signedIn)
  const text = element('p')
  const links = startsOfPage().map(({ provider, start }) => {
    const address = `${start}?${new URLSearchParams({ return_to: (meta('site') ?? location.origin) + returnTo })}`
    return { provider, link: element('a', { class: 'button quiet wide', href: address }) }
  })
  const root = element('section', { class: 'note way-in' }, text, code, ...links.map(({ link }) => link))
  return {
    root,
    speak(messages, language) {
      code.lang = language
      text.textContent = lead(messages)
      for (const { provider, link } of links) link.textContent = messages.connect.with(providerName(provider, language))
    },
  }
}

/** `none` where the server has seen no cookie by which somebody could be signed in: to ask would be a 401 in the console. */
export function isNobody(): boolean {
  return meta('session') === 'none'
}

interface Start {
  readonly provider: string
  readonly start: string
}

/** Providers that sign in any browser, as the server has written them into the page. */
function startsOfPage(): readonly Start[] {
  try {
    const list: unknown = JSON.parse(meta('ways') ?? '[]')
    return Array.isArray(list) ? list.filter(isStart) : []
  } catch {
    return []
  }
}

/** `start` leads nowhere but into this site. */
function isStart(value: unknown): value is Start {
  if (typeof value !== 'object' || value === null) return false
  const { provider, ways, start }: Partial<Record<keyof Start | 'ways', unknown>> = value
  const isAddress = typeof start === 'string' && /^\/[\w/-]+$/.test(start)
  return typeof provider === 'string' && isAddress && Array.isArray(ways) && ways.includes('website')
}
