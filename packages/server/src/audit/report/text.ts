/** A report for people: a line for each check while it runs, and at the end what is wrong, how it shows, what to do. */
import type { Exchange, Field } from '../recorder.ts'
import type { Finding, Report, Verdict } from '../run.ts'

export type Paint = (verdict: Verdict | 'dim', text: string) => string

/** `colourful` where a terminal shows it; a file or a log gets plain text. */
export function createPaint(colourful: boolean): Paint {
  return (verdict, text) => (colourful ? `\u001b[${colours[verdict]}m${text}\u001b[0m` : text)
}

const colours = { pass: 32, fail: 31, warn: 33, skipped: 90, dim: 90 } as const

export function lineOf({ id, title, verdict, remarks }: Finding, paint: Paint): string {
  const why = verdict === 'skipped' ? paint('dim', ` – ${remarks.at(-1)?.text ?? ''}`) : ''
  return `${paint(verdict, verdict.padEnd(7))} ${id.padEnd(18)} ${title}${why}\n`
}

export function summaryOf({ url, summary, requests, findings }: Report, paint: Paint): string {
  const wrong = findings.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
  const counts = (['pass', 'fail', 'warn', 'skipped'] as const).map(verdict => `${summary[verdict]} ${verdict}`)
  return [
    ...wrong.map(finding => detailsOf(finding, paint)),
    `\n${url}: ${counts.join(', ')}; ${requests} requests\n`,
  ].join('')
}

function detailsOf({ id, title, verdict, reference, remarks, advice, evidence }: Finding, paint: Paint): string {
  return [
    `\n${paint(verdict, verdict.toUpperCase())} ${id} (${reference})\n`,
    `  should be: ${title}\n`,
    ...remarks.map(({ weight, text }) => `  ${weight === 'note' ? 'also' : 'found'}: ${text}\n`),
    `  advice: ${advice}\n`,
    ...evidence.slice(0, 2).map(exchange => paint('dim', indented(inWords(exchange)))),
  ].join('')
}

function inWords({ request, answer }: Exchange): string {
  const sent = `> ${request.method} ${request.url}\n${fields('>', request.headers)}${body('>', request.body)}`
  if (!answer) return `${sent}< no answer\n`
  return `${sent}< ${answer.status}\n${fields('<', answer.headers)}${body('<', answer.body)}`
}

function fields(side: string, headers: readonly Field[]): string {
  return headers.map(([name, value]) => `${side} ${name}: ${value}\n`).join('')
}

function body(side: string, text: string | undefined): string {
  return text
    ? `${side}\n${side} ${text.slice(0, 400).replace(/[^\P{C}\t]/gu, ' ')}${text.length > 400 ? ' …' : ''}\n`
    : ''
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '    ')
}
