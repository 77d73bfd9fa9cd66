/** The chart's manifests, as they are rendered with its own values and others. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { renderTemplate, type Value } from './chart.ts'
import { deployFolder } from './proxies.ts'
import { readYaml } from './yaml.ts'

export const chartFolder = join(deployFolder, 'helm')

const value: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(value), z.record(z.string(), value)]),
)
const values = z.record(z.string(), value)

export const chartValues = values.parse(readYaml(join(chartFolder, 'values.yaml'))[0])

/** File name to text, for every manifest of the chart. */
export function renderChart(changes: Readonly<Record<string, Value>> = {}): Record<string, string> {
  const chart = z.object({ appVersion: z.string() }).parse(readYaml(join(chartFolder, 'Chart.yaml'))[0])
  const root = {
    Values: { ...chartValues, ...changes },
    Release: { Name: 'scanlogin' },
    Chart: { AppVersion: chart.appVersion },
  }
  const names = readdirSync(join(chartFolder, 'templates')).filter(name => name.endsWith('.yaml'))
  return Object.fromEntries(
    names.map(name => [name, renderTemplate(readFileSync(join(chartFolder, 'templates', name), 'utf8'), root)]),
  )
}

export function readManifests(text: string): unknown[] {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-manifests-'))
  const file = join(folder, 'manifests.yaml')
  writeFileSync(file, text)
  const documents = readYaml(file)
  rmSync(folder, { recursive: true })
  return documents
}
