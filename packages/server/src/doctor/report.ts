/** The findings for people: a line for each, and below it, where something is wrong, what to do. */
import type { Report, ReportedFinding } from './examine.ts'

export function lineOf({ id, verdict, found, remedy }: ReportedFinding, colourful: boolean): string {
  const mark = verdict.padEnd(7)
  const line = `${colourful ? `\u001b[${colours[verdict]}m${mark}\u001b[0m` : mark} ${id.padEnd(14)} ${found}\n`
  return remedy === undefined ? line : `${line}${' '.repeat(23)}→ ${remedy}\n`
}

const colours = { ok: 32, warn: 33, fail: 31, skipped: 90 } as const

export function summaryOf({ version, node, summary }: Report): string {
  const counts = (['ok', 'warn', 'fail', 'skipped'] as const).map(verdict => `${summary[verdict]} ${verdict}`)
  return `\nscanlogin ${version} on Node ${node.slice(1)}: ${counts.join(', ')}\n`
}
