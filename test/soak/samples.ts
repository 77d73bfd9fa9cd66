/** What a process needs, read from outside while it runs, and whether that grows. */
import { readdirSync, readFileSync } from 'node:fs'
import { scrape } from '../metrics/exposition.ts'
import type { Node } from './world.ts'

export interface Sample {
  /** Seconds since the first. */
  readonly at: number
  /** MiB */
  readonly resident: number
  readonly heap: number
  readonly descriptors: number
  /** Sockets, timers and the like that the process holds. */
  readonly handles: number
  readonly waiting: number
}

export interface Sampler {
  /** One more, also where it cannot be had: then nothing is added. */
  take(): Promise<void>
  readonly samples: readonly Sample[]
}

export function sample(node: Node): Sampler {
  const began = performance.now()
  const samples: Sample[] = []
  return {
    samples,
    async take() {
      const metrics = await scrape(node.metricsPort).catch(() => undefined)
      if (!metrics) return
      const handles = metrics.sum('nodejs_active_resources_total')
      samples.push({
        at: (performance.now() - began) / 1000,
        resident: residentMiB(node.pid),
        heap: metrics.sum('nodejs_heap_size_used_bytes') / 2 ** 20,
        descriptors: readdirSync(`/proc/${node.pid}/fd`).length,
        handles,
        waiting: metrics.sum('scanlogin_waiting_browsers'),
      })
    },
  }
}

/** MiB an hour: the slope of the line that fits best, without the first third, in which a process warms up. */
export function slope(samples: readonly Sample[], of: 'resident' | 'heap'): number {
  const warm = samples.slice(Math.floor(samples.length / 3))
  const mean = (pick: (sample: Sample) => number) => warm.reduce((sum, one) => sum + pick(one), 0) / warm.length
  const [at, size] = [mean(one => one.at), mean(one => one[of])]
  const rise = warm.reduce((sum, one) => sum + (one.at - at) * (one[of] - size), 0)
  const run = warm.reduce((sum, one) => sum + (one.at - at) ** 2, 0)
  return run === 0 ? 0 : (rise / run) * 3600
}

function residentMiB(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
