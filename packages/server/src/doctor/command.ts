/** `scanlogin doctor` as a command: what it is asked, and what it says. */
import { catalogue, configuration } from './catalogue.ts'
import { examine } from './examine.ts'
import { lineOf, summaryOf } from './report.ts'

export interface DoctorArguments {
  only?: string | undefined
  json?: boolean | undefined
}

/** Resolves to the exit code: 0 where nothing is wrong, 1 where there are warnings, 2 where something fails. */
export async function doctorCommand(
  { only, json = false }: DoctorArguments,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const wanted = only?.split(',').map(id => id.trim())
  const unknown = wanted?.filter(id => !ids.includes(id)) ?? []
  if (unknown.length > 0) {
    process.stderr.write(`--only: there is no examination ${unknown.join(', ')}. There are: ${ids.join(', ')}.\n`)
    return 2
  }
  const colourful = Boolean(process.stdout.isTTY) && !env.NO_COLOR
  const aloud = {
    onFinding: (finding: Parameters<typeof lineOf>[0]) => process.stdout.write(lineOf(finding, colourful)),
  }
  const report = await examine({ env, ...(wanted && { only: wanted }), ...(!json && aloud) })
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : summaryOf(report))
  if (report.summary.fail > 0) return 2
  return report.summary.warn > 0 ? 1 : 0
}

const ids = [configuration, ...catalogue].map(({ id }) => id)
