/**
 * Whether anybody can see the page. Browsers freeze hidden pages, keep left ones whole (bfcache) and drop connections
 * without a word, so coming back in any of these ways means: what we know may be old.
 */
export interface Page {
  /** `true` while nobody can see it. */
  hidden(): boolean
  /** Calls `listener` when the page is left and when it is back; the returned function ends that. */
  watch(listener: (change: PageChange) => void): () => void
}

export type PageChange = 'away' | 'back'

/** The page this script runs in. Without a document, as in a native app or a test, it is always seen. */
export function thisPage(): Page {
  if (typeof document === 'undefined') return { hidden: () => false, watch: () => () => {} }
  return {
    hidden: () => document.hidden,
    watch(listener) {
      const ended = new AbortController()
      const on = (target: EventTarget, name: string, changed: (event: Event) => PageChange | undefined) => {
        const tell = (event: Event) => {
          const change = changed(event)
          if (change) listener(change)
        }
        target.addEventListener(name, tell, { signal: ended.signal })
      }
      on(document, 'visibilitychange', () => (document.hidden ? 'away' : 'back'))
      on(document, 'resume', () => 'back')
      on(window, 'online', () => 'back')
      // Looking again at once is how the person hears of it now, and not when the held request breaks.
      on(window, 'offline', () => 'back')
      on(window, 'pageshow', event => ('persisted' in event && event.persisted ? 'back' : undefined))
      return () => ended.abort()
    },
  }
}
