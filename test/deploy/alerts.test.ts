/** The alert rules, judged by `promtool` as Prometheus would. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { deployFolder } from './proxies.ts'
import { readYaml } from './yaml.ts'

const folder = join(deployFolder, 'prometheus')
const repository = new URL('../../', import.meta.url)

const rule = z.object({
  alert: z.string().optional(),
  labels: z.object({ severity: z.enum(['page', 'ticket']) }).optional(),
  annotations: z.object({ summary: z.string(), runbook: z.string() }).optional(),
})
const rules = z
  .object({ groups: z.array(z.object({ rules: z.array(rule) })) })
  .parse(readYaml(join(folder, 'alerts.yml'))[0])
const alerts = rules.groups
  .flatMap(group => group.rules)
  .flatMap(one => (one.alert ? { ...one, alert: one.alert } : []))

const cases = z
  .object({
    tests: z.array(
      z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) }),
    ),
  })
  .parse(readYaml(join(folder, 'alerts.test.yml'))[0])
  .tests.flatMap(test => test.alert_rule_test)

describe('the alerts', () => {
  it('are rules that Prometheus takes, and so is the configuration', () => {
    expect(promtool('check', 'rules', 'alerts.yml')).toContain('SUCCESS')
    expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS')
  })

  it('fire and are silent where alerts.test.yml says so', () => {
    expect(promtool('test', 'rules', 'alerts.test.yml')).toContain('SUCCESS')
  })

  it.each(alerts.map(({ alert }) => alert))('%s has a case in which it fires and one in which it is silent', name => {
    const own = cases.filter(one => one.alertname === name)
    expect(own.some(one => one.exp_alerts.length > 0)).toBe(true)
    expect(own.some(one => one.exp_alerts.length === 0)).toBe(true)
  })

  it.each(alerts)('$alert says how bad it is and leads to a page that is there', ({ labels, annotations }) => {
    expect(labels).toBeDefined()
    const [page = '', heading] = annotations?.runbook.split('#') ?? []
    expect(headingsOf(page)).toContain(heading)
  })
})

function promtool(...args: string[]): string {
  return execFileSync('promtool', args, { cwd: folder, encoding: 'utf8' })
}

/** As links on GitHub name them. */
function headingsOf(page: string): string[] {
  const text = readFileSync(new URL(page, repository), 'utf8')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )
}
