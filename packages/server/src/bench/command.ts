/** `scanlogin bench` as a command: what it is asked, how far it is, and how it went. */

import { ArgumentError } from '../command-line/argument-error.ts'
import { type BenchSummary, bench, type Spread } from './run.ts'

export interface BenchArguments {
  url?: string | undefined
  browsers?: string | undefined
  seconds?: string | undefined
  /** Each browser proves a key of its own, as pages do; to its users it is new. Default: none has one. */
  keys?: boolean | undefined
  json?: boolean | undefined
}

/** Resolves to the exit code: 1 where a sign-in has failed. Throws `ArgumentError` for arguments that cannot be. */
export async function benchCommand(given: BenchArguments, env: Readonly<Record<string, string | undefined>>) {
  const { url = '', browsers = '20', seconds = '10', keys = false, json = false } = given
  const apiKey = env.SCANLOGIN_API_KEY ?? ''
  const problems = [
    !/^https?:\/\/./.test(url) && '--url: write where the calls are, such as https://id.example.com/v1.',
    !apiKey && 'SCANLOGIN_API_KEY: set it to a key of that server, for the simulated phones.',
    !isWhole(browsers, 1000) && '--browsers: write a whole number from 1 to 1000.',
    !isWhole(seconds, 600) && '--seconds: write a whole number from 1 to 600.',
  ].filter(problem => problem !== false)
  if (problems.length > 0) throw new ArgumentError(problems)
  const summary = await bench({
    url: url.replace(/\/$/, ''),
    apiKey,
    browsers: Number(browsers),
    seconds: Number(seconds),
    keys,
    onProgress: ({ signIns, failures, secondsLeft }) =>
      process.stderr.write(`${secondsLeft} s left: ${signIns} sign-ins, ${failures} failures\n`),
  })
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : describe(summary))
  return Object.keys(summary.failures).length > 0 ? 1 : 0
}

function isWhole(text: string, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= most
}

function describe({ signIns, perSecond, signIn, wake, failures }: BenchSummary): string {
  const failed = Object.entries(failures).map(([reason, count]) => `  ${count} × ${reason}`)
  return [
    `${signIns} sign-ins, ${perSecond.toFixed(1)} a second`,
    `a whole sign-in                       ${inWords(signIn)}`,
    `from confirm to the browser's answer  ${inWords(wake)}`,
    failed.length > 0 ? `failures:\n${failed.join('\n')}` : 'no failures',
    '',
  ].join('\n')
}

function inWords({ p50, p99, max }: Spread): string {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, max ${max.toFixed(1)} ms`
}
