/** `scanlogin doctor`: looks at the settings, the machine, the store and the way to the site, one after the other. */
import { readFileSync } from 'node:fs'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { catalogue, configuration } from './catalogue.ts'
import { type Examination, type Finding, fail, ok, skipped, Unready, type Verdict } from './examination.ts'
import { createPatient, type Patient } from './patient.ts'

export interface ExamineOptions {
  /** The environment that the server is started with. */
  env: Readonly<Record<string, string | undefined>>
  /** Makes no other examinations than these. Default: all. */
  only?: readonly string[]
  /** This machine's clock, ms since the epoch. Default: the system's. */
  now?: () => number
  onFinding?: (finding: ReportedFinding) => void
}

export interface ReportedFinding extends Finding {
  readonly id: string
  readonly title: string
}

export interface Report {
  readonly version: string
  readonly node: string
  readonly summary: Readonly<Record<Verdict, number>>
  readonly findings: readonly ReportedFinding[]
}

/** Changes nothing but one entry of some seconds in the store, and a few sign-ins that it cancels. */
export async function examine({ env, only, now = Date.now, onFinding }: ExamineOptions): Promise<Report> {
  const findings: ReportedFinding[] = []
  const wanted = ({ id }: { id: string }) => !only || only.includes(id)
  const report = ({ id, title }: Pick<Examination, 'id' | 'title'>, found: readonly Finding[]) => {
    for (const finding of wanted({ id }) ? found : []) {
      findings.push({ id, title, ...finding })
      onFinding?.({ id, title, ...finding })
    }
  }
  const config = read(env)
  if (config instanceof ConfigError) {
    report(configuration, refusals(config))
    for (const examination of catalogue) report(examination, [skipped('the configuration comes first')])
  } else {
    report(configuration, [ok('every setting can be used')])
    const patient = createPatient(config, now)
    for (const examination of catalogue.filter(wanted)) report(examination, await make(examination, patient))
    await patient.close()
  }
  return { version: ownVersion(), node: process.version, summary: summaryOf(findings), findings }
}

function read(env: ExamineOptions['env']): Config | ConfigError {
  try {
    return readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

function refusals({ problems }: ConfigError): Finding[] {
  return problems.map(problem => fail(problem, 'Each setting is explained in docs/configuration.md.'))
}

async function make({ examine }: Examination, patient: Patient): Promise<readonly Finding[]> {
  try {
    return await examine(patient)
  } catch (error) {
    if (error instanceof Unready) return [skipped(error.message)]
    throw error
  }
}

function summaryOf(findings: readonly Finding[]): Record<Verdict, number> {
  const summary = { ok: 0, warn: 0, fail: 0, skipped: 0 }
  for (const { verdict } of findings) summary[verdict]++
  return summary
}

function ownVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'))
  return version
}
