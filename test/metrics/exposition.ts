/** Reads the text that Prometheus reads. */
import type { Registry } from 'prom-client'

export interface Exposition {
  /** `scanlogin_ticket_steps_total{step="created"}` to its value; labels in the order in which they are written. */
  readonly samples: ReadonlyMap<string, number>
  /** One sample, named as above. Throws where there is none. */
  value(sample: string): number
  /** The sum of all samples of this name. */
  sum(name: string): number
}

export function readExposition(text: string): Exposition {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  const samples = new Map(
    lines.map(line => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))]
    }),
  )
  return {
    samples,
    value(sample) {
      const value = samples.get(sample)
      if (value === undefined) throw new Error(`There is no ${sample} in\n${text}`)
      return value
    },
    sum(name) {
      return [...samples].reduce((sum, [sample, value]) => (sample.split('{')[0] === name ? sum + value : sum), 0)
    },
  }
}

export async function exposed(registry: Registry): Promise<Exposition> {
  return readExposition(await registry.metrics())
}

export async function scrape(port: number): Promise<Exposition> {
  return readExposition(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
}
