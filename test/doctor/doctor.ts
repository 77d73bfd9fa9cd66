/** The doctor, in this process and as a command. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Finding } from '../../packages/server/src/doctor/examination.ts'
import { type ExamineOptions, examine, type Report } from '../../packages/server/src/doctor/examine.ts'

export interface Diagnosis extends Report {
  /** What one examination has found. */
  of(id: string): readonly Finding[]
  /** Its verdict and what was found, such as `fail: maxmemory-policy is …`; several stand in several lines. */
  said(id: string): string
}

export async function diagnose(env: ExamineOptions['env'], only: string, now?: () => number): Promise<Diagnosis> {
  return describe(await examine({ env, only: only.split(','), ...(now && { now }) }))
}

export function describe(report: Report): Diagnosis {
  const of = (id: string) => report.findings.filter(finding => finding.id === id)
  return {
    ...report,
    of,
    said: id =>
      of(id)
        .map(({ verdict, found }) => `${verdict}: ${found}`)
        .join('\n'),
  }
}

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** `scanlogin doctor` with nothing in its environment but this. `limit` is the most descriptors it may have. */
export async function runDoctor(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  limit?: number,
): Promise<Ran> {
  const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))
  const limited = limit === undefined ? '' : `ulimit -n ${limit}; `
  const child = spawn('sh', ['-c', `${limited}exec "$0" "$@"`, process.execPath, main, 'doctor', ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, stdout, stderr }
}
