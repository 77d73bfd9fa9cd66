/** `scanlogin audit` as a command: what it is asked, how far it is, and what it found. */
import { catalogue } from './catalogue.ts'
import { createPaint, lineOf, type Paint, summaryOf } from './report/text.ts'
import { AuditError, type AuditOptions, audit } from './run.ts'

export interface AuditArguments {
  url?: string | undefined
  origin?: string | undefined
  user?: string | undefined
  only?: string | undefined
  slow?: boolean | undefined
  list?: boolean | undefined
  json?: boolean | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Resolves to the exit code: 0 where nothing fails, 1 where something does, 2 where it could not run. */
export async function auditCommand(given: AuditArguments, env: Environment): Promise<number> {
  const { list = false, json = false } = given
  const paint = createPaint(Boolean(process.stdout.isTTY) && !env.NO_COLOR)
  if (list) {
    process.stdout.write(json ? `${JSON.stringify(listed)}\n` : listed.map(row).join(''))
    return 0
  }
  try {
    const report = await audit({ ...optionsFrom(given, env), ...(json ? quiet : aloud(paint)) })
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : summaryOf(report, paint))
    return report.summary.fail > 0 ? 1 : 0
  } catch (error) {
    if (!(error instanceof AuditError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

const listed = catalogue.map(({ id, title, reference, needs = null, slow = false }) => ({
  id,
  title,
  reference,
  needs,
  slow,
}))

function row({ id, title, reference, needs, slow }: (typeof listed)[number]): string {
  const marks = [reference, ...(needs ? ['API key'] : []), ...(slow ? ['--slow'] : [])].join(', ')
  return `${id.padEnd(18)} ${title} (${marks})\n`
}

function optionsFrom(given: AuditArguments, env: Environment): AuditOptions {
  const { url = '', origin, user, only, slow = false } = given
  const wanted = only?.split(',').map(id => id.trim())
  const unknown = wanted?.filter(id => !catalogue.some(check => check.id === id)) ?? []
  const problems = [
    !isAddress(url) && 'Name where the calls are, such as: scanlogin audit https://id.example.com/v1',
    origin !== undefined &&
      !isOrigin(origin) &&
      '--origin: write an origin such as https://www.example.com, without a path.',
    unknown.length > 0 && `--only: there is no check ${unknown.join(', ')}. "scanlogin audit --list" names them all.`,
  ].filter(problem => problem !== false)
  if (problems.length > 0) throw new AuditError(problems.join('\n'))
  // A deployment may have two keys while one takes over from the other.
  const apiKey = env.SCANLOGIN_API_KEY?.split(',')[0]?.trim()
  return {
    url: url.replace(/\/$/, ''),
    slow,
    ...(origin !== undefined && { origin }),
    ...(apiKey && { apiKey }),
    ...(user !== undefined && { user }),
    ...(wanted && { only: wanted }),
  }
}

/** An address with a user and a password in it would have them in every line of evidence. */
function isAddress(text: string): boolean {
  if (!/^https?:\/\/./.test(text) || !URL.canParse(text)) return false
  const { username, search, hash } = new URL(text)
  return username === '' && search === '' && hash === ''
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text)
}

function aloud(paint: Paint): Partial<AuditOptions> {
  return { onFinding: finding => void process.stdout.write(lineOf(finding, paint)) }
}

/** With `--json` standard output is for the report alone. */
const quiet: Partial<AuditOptions> = {
  onStart: ({ id }) => void process.stderr.write(`${id}\n`),
}
