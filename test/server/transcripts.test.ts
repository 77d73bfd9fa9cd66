/** Runs the commands of docs/protocol.md, "A sign-in by hand", as they stand there, against a real server. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { endServers, type RunningServer, startServer } from './server.ts'

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')
const [, byHand = ''] = page.split('\n## A sign-in by hand\n')

describe('a sign-in by hand, as docs/protocol.md shows it', () => {
  const steps = readSteps(byHand)
  let folder: string
  let port: number
  let shell: Shell
  let server: RunningServer | undefined

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'by-hand-'))
    port = await freePort()
    shell = openShell(folder)
  })

  afterAll(async () => {
    shell.close()
    await endServers()
    rmSync(folder, { recursive: true })
  })

  it('shows a whole sign-in and its refusals', () => {
    const answers = steps.map(({ answer }) => answer).join('\n')
    const codes = [
      'not_found',
      'forbidden',
      'already_redeemed',
      'already_scanned',
      'ticket_denied',
      'check_code_mismatch',
    ]
    for (const code of codes) expect(answers).toContain(`"code": "${code}"`)
    for (const status of [200, 201, 204, 304, 400, 401, 403, 404, 409, 410]) expect(answers).toMatch(lineOf(status))
  })

  it.each(steps)('goes as shown from line $line on', async ({ language, text, answer }) => {
    if (language === 'sh') {
      server?.signal('SIGTERM')
      await server?.exited
      server = await startServer({ ...settingsIn(text), PORT: String(port) })
      return
    }
    const output = await shell.run(text.replaceAll('localhost:8787', `localhost:${port}`))
    expect(withoutChance(output.replaceAll(`localhost:${port}`, 'localhost:8787'))).toBe(withoutChance(answer))
  })
})

interface Step {
  /** `sh` starts the server, `bash` calls it. */
  language: string
  text: string
  /** What the page shows below it. */
  answer: string
  /** In the page. */
  line: number
}

function readSteps(section: string): Step[] {
  const before = page.slice(0, page.length - section.length).split('\n').length
  return [...section.matchAll(/^```(sh|bash)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms)].map(
    ({ 1: language = '', 2: text = '', 3: answer = '', index }) => {
      return { language, text, answer, line: before + section.slice(0, index).split('\n').length - 1 }
    },
  )
}

/** The variables in front of `npm run serve`. */
function settingsIn(text: string): Record<string, string> {
  expect(text).toMatch(/^(\w+=\S+ )+npm run serve\n$/)
  return Object.fromEntries([...text.matchAll(/(\w+)=(\S+) /g)].map(([, name = '', value = '']) => [name, value]))
}

/** Ids, secrets, keys, codes and seconds by their form, and no white space: the rule that the page states. */
function withoutChance(text: string): string {
  return chances.reduce((left, [pattern, form]) => left.replace(pattern, form), text.replace(/\s+/g, ''))
}

const chances: readonly (readonly [RegExp, string])[] = [
  [/[0-9A-HJKMNP-TV-Z]{26}/g, '<id>'],
  [/#<id>\.\d\.[0-9A-HJKMNP-TV-Z]{10}"/g, '#<id>.<step>.<mac>"'],
  [/set-cookie:scanlogin-[0-9A-HJKMNP-TV-Z]{8}=[\w-]{43};/gi, 'set-cookie:scanlogin-<8 of id>=<secret>;'],
  [/"(secret|scan_token|token)":"[\w-]{43}"/g, '"$1":"<256 bits>"'],
  [/"key":"[\w-]{22}"/g, '"key":"<128 bits>"'],
  [/"user_code":"[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}"/g, '"user_code":"<code>"'],
  [/"check_code":"\d{4}"/g, '"check_code":"<digits>"'],
  [/"((?:idle_)?expires_in)":[1-9]\d*/g, '"$1":<seconds>'],
  [/"time":\d+/g, '"time":<seconds>'],
  [/"poll_after":\d+(\.\d+)?/g, '"poll_after":<seconds>'],
]

interface Shell {
  /** Resolves to what the commands print, on standard error too. */
  run(commands: string): Promise<string>
  close(): void
}

/** One `bash` for all blocks, as in a terminal: what one block sets, the next one knows. */
function openShell(cwd: string): Shell {
  const bash = spawn('bash', { cwd, env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' } })
  const end = '--end of the block--'
  let output = ''
  let heard = () => {}
  for (const stream of [bash.stdout, bash.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      heard()
    })
  }
  return {
    run(commands) {
      output = ''
      bash.stdin.write(`${commands}\necho '${end}'\n`)
      return new Promise(resolve => {
        heard = () => output.includes(end) && resolve(output.replace(end, ''))
        heard()
      })
    },
    close() {
      bash.kill()
    },
  }
}

function lineOf(status: number): RegExp {
  return new RegExp(`^${status}$`, 'm')
}
