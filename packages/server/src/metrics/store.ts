/** How long the store takes, how often it fails, and how often somebody else was first. */
import { Counter, Histogram, type Registry } from 'prom-client'
import type { Store } from 'scanlogin'

export function measureStore(store: Store, registry: Registry): Store {
  const measure = createMeasure(registry)
  const conflicts = new Counter({
    name: 'scanlogin_store_conflicts_total',
    help: 'Writes that were refused because somebody else was first. Racing callers make some; they try again.',
    registers: [registry],
  })
  const get = measure('get')
  const put = measure('put')
  const watch = measure('watch')
  return {
    ...store,
    get: key => get(store.get(key)),
    async put(key, entry, only) {
      const written = await put(store.put(key, entry, only))
      if (!written) conflicts.inc()
      return written
    },
    watch: (key, ring) => watch(store.watch(key, ring)),
    close: () => store.close(),
  }
}

function createMeasure(registry: Registry) {
  const duration = new Histogram({
    name: 'scanlogin_store_operation_duration_seconds',
    help: 'Time until the store has answered, also where it has failed.',
    labelNames: ['operation'],
    // A tenth of a second is where an operation counts as slow.
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers: [registry],
  })
  const errors = new Counter({
    name: 'scanlogin_store_errors_total',
    help: 'Operations that the store has failed.',
    labelNames: ['operation'],
    registers: [registry],
  })
  return (operation: string) => {
    // At 0 from the start: the first error is then a rise that an alert sees.
    const failures = errors.labels(operation)
    failures.inc(0)
    const seconds = duration.labels(operation)
    return async <T>(answer: Promise<T>): Promise<T> => {
      const begun = performance.now()
      try {
        return await answer
      } catch (error) {
        failures.inc()
        throw error
      } finally {
        seconds.observe((performance.now() - begun) / 1000)
      }
    }
  }
}
