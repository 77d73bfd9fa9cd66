/** What a call asks of the store, as spans below its own: the way from a slow answer to the slow store behind it. */
import type { Store } from '../core/store.ts'
import { inSpan, quietly, type Tracer } from './tracer.ts'

/**
 * The same store, whose `get`, `put` and `watch` are spans. They name the kind of what is read or written, never the key.
 * The span of a watch lasts until it has begun; what is waited for afterwards is the call's.
 */
export function tracedStore(store: Store, tracer: Tracer): Store {
  return {
    ...store,
    get: key => inSpan(tracer, 'store get', about(key), () => store.get(key)),
    put: (key, entry, only) =>
      inSpan(tracer, 'store put', about(key), async span => {
        const written = await store.put(key, entry, only)
        // Somebody was first: who asks tries again, and the next span shows it.
        if (!written) quietly(() => span.setAttribute('scanlogin.store.refused', 'true'))
        return written
      }),
    watch: (key, ring) => inSpan(tracer, 'store watch', about(key), () => store.watch(key, ring)),
    close: () => store.close(),
  }
}

/** Keys are a word, a colon and what must not be seen. */
function about(key: string): Record<string, string> {
  const [, kind] = /^([a-z][a-z-]{0,30}):/.exec(key) ?? []
  return kind === undefined ? {} : { 'scanlogin.store.kind': kind }
}
