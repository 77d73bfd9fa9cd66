/** How near the process is to the end of its memory, and how often a browser could not wait for it. */
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Memory } from '../running/memory.ts'

export function measureMemory(memory: Memory, registry: Registry): Memory {
  new Gauge({
    name: 'scanlogin_memory_share',
    help: 'Used of the heap or of what the container may have, whichever is nearer to its end: 0 to 1.',
    // Of several processes the one that is worst off.
    aggregator: 'max',
    registers: [registry],
    collect() {
      this.set(memory.share())
    },
  })
  const refusals = new Counter({
    name: 'scanlogin_memory_refusals_total',
    help: 'Times that a browser could not wait here because memory was short.',
    registers: [registry],
  })
  return {
    share: memory.share,
    hasRoom() {
      const free = memory.hasRoom()
      if (!free) refusals.inc()
      return free
    },
  }
}
