/**
 * How a phone on which nobody is signed in becomes somebody's: inside a provider's app that app is asked, and in a plain
 * browser the person chooses. Either way leads to the provider's page and back to this one, with the code kept meanwhile.
 */
import type { Phone } from 'scanlogin/phone'
import { meta, scanUrl } from '../page/meta.ts'
import { appsOf } from './app.ts'
import { keepCodes, takeKeptCode } from './kept-code.ts'

/** One provider that the site has set up. */
export interface ConfiguredWay {
  readonly provider: string
  readonly ways: readonly string[]
  /** The path that begins it. */
  readonly start: string
}

export interface Ways {
  /** The code that was kept on the way to a provider's page and back, as it is now. */
  readonly kept: string | undefined
  /** The provider in whose app this page is open; `undefined` where there is none, or it has just been asked. */
  readonly inside: string | undefined
  readonly choices: Choices
  /** To the provider's page; the code is waiting when the person comes back. */
  leave(provider: string, code: string): void
}

/** What a person may choose from. */
export interface Choices {
  /** Those whose page is of use on this phone. */
  readonly here: readonly string[]
  /** Those whose page shows a code to be scanned, which no phone can do with itself; their apps read ours. */
  readonly byScan: readonly string[]
}

export function hasChoice({ here, byScan }: Choices): boolean {
  return here.length + byScan.length > 0
}

/** Their pages for browsers outside of their app are a code and nothing else. */
const codeOnly = new Set(['wechat', 'wecom'])

export function createWays({ foresee }: Pick<Phone, 'foresee'>): Ways {
  const kept = takeKeptCode(Date.now())
  const configured = configuredWays()
  const apps = appsOf(navigator.userAgent)
  const here = configured.find(({ provider, ways }) => apps.includes(provider) && ways.includes('inside'))
  // Who comes back from a provider without being signed in is not sent there again by itself.
  const inside = kept === undefined ? here?.provider : undefined
  return {
    kept,
    inside,
    choices: choicesAmong(configured, here),
    leave(provider, code) {
      const way = configured.find(one => one.provider === provider)
      if (!way) return
      void keep(code).then(() => location.assign(startAddress(way, way === here ? 'inside' : 'website')))
    },
  }

  /** What was typed, and a code that was too old before, have none that follow. */
  async function keep(code: string): Promise<void> {
    const since = Date.now()
    const told = await foresee(code).catch(() => undefined)
    const { codes = [code], next_in: nextIn = 0, step_seconds: stepSeconds = 1 } = told ?? {}
    keepCodes({ codes, since, nextIn, stepSeconds })
  }
}

function choicesAmong(configured: readonly ConfiguredWay[], inApp: ConfiguredWay | undefined): Choices {
  const others = configured.filter(one => one !== inApp)
  const here = others.filter(({ provider, ways }) => ways.includes('website') && !codeOnly.has(provider))
  const byScan = others.filter(({ provider, ways }) => ways.includes('inside') && codeOnly.has(provider))
  const names = (ways: readonly ConfiguredWay[]) => ways.map(({ provider }) => provider)
  return { here: names(inApp ? [inApp, ...here] : here), byScan: names(byScan) }
}

/** What decides on a sign-in is who it is: no name is asked for. */
function startAddress({ start }: ConfiguredWay, way: 'inside' | 'website'): string {
  return `${start}?${new URLSearchParams({ way, ask: 'id', return_to: scanUrl(), lang: document.documentElement.lang })}`
}

function configuredWays(): readonly ConfiguredWay[] {
  try {
    const listed: unknown = JSON.parse(meta('ways') ?? '[]')
    return Array.isArray(listed) ? listed.filter(isWay) : []
  } catch {
    return []
  }
}

/** `start` leads nowhere but into this site. */
function isWay(value: unknown): value is ConfiguredWay {
  if (typeof value !== 'object' || value === null) return false
  const { provider, ways, start }: Partial<Record<keyof ConfiguredWay, unknown>> = value
  return typeof provider === 'string' && Array.isArray(ways) && typeof start === 'string' && /^\/[\w/-]+$/.test(start)
}
