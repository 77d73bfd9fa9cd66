/**
 * The code that the phone was opened with, for the way to a provider's page and back. It stays in this tab: behind the `#`
 * of no address that leads to a server, in no cookie, and for two minutes at most, which is as long as it may be good for.
 */

const key = 'scanlogin-code'
/** ms. */
const lifetime = 120_000

export interface KeptCode {
  readonly code: string
  /** The provider that the person was sent to. */
  readonly by: string
}

/** `false` where the browser keeps nothing, as some do in private windows: the code is lost on the way then. */
export function keepCode({ code, by }: KeptCode): boolean {
  try {
    sessionStorage.setItem(key, JSON.stringify({ code, by, until: Date.now() + lifetime }))
    return true
  } catch {
    return false
  }
}

/** Taken once: a page that is loaded again does not ask by itself a second time. */
export function takeKeptCode(): KeptCode | undefined {
  try {
    const text = sessionStorage.getItem(key)
    sessionStorage.removeItem(key)
    const kept: unknown = JSON.parse(text ?? 'null')
    return isKept(kept) && Date.now() < kept.until ? kept : undefined
  } catch {
    return undefined
  }
}

function isKept(value: unknown): value is KeptCode & { until: number } {
  if (typeof value !== 'object' || value === null) return false
  return (
    'code' in value &&
    typeof value.code === 'string' &&
    'by' in value &&
    typeof value.by === 'string' &&
    'until' in value &&
    typeof value.until === 'number'
  )
}
