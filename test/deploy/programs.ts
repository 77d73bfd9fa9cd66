/** Programs from Debian, each in the foreground, with a folder of its own, and ended by its own id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { until } from '../redis/servers/child.ts'

export interface ProgramOptions {
  program: string
  /** Given the folder. */
  args: (folder: string) => readonly string[]
  /** Name to text, written into the folder first. */
  files: (folder: string) => Readonly<Record<string, string>>
  /** Resolves once it takes connections here. */
  port: number
}

export interface Program {
  readonly folder: string
  stop(): Promise<void>
}

export async function startProgram({ program, args, files, port }: ProgramOptions): Promise<Program> {
  const folder = openFolder()
  for (const [name, text] of Object.entries(files(folder))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const child = spawn(program, args(folder), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder },
  })
  running.set(child, folder)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000)
    })
  }
  let missing: Error | undefined
  child.once('error', error => {
    missing = error
  })
  await until(`${program} takes connections`, () => {
    if (missing || child.exitCode !== null) throw new Error(`${program} ended: ${output}`, { cause: missing })
    return accepts(port)
  })
  return { folder, stop: () => stop(child) }
}

/** Ends those that are left, each by its own id. */
export async function endPrograms(): Promise<void> {
  await Promise.all([...running.keys()].map(stop))
}

const running = new Map<ChildProcess, string>()
process.on('exit', () => {
  for (const child of running.keys()) child.kill('SIGKILL')
})

async function stop(child: ChildProcess): Promise<void> {
  const folder = running.get(child)
  if (folder === undefined) return
  running.delete(child)
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    const insist = setTimeout(() => child.kill('SIGKILL'), 3000)
    await ended
    clearTimeout(insist)
  }
  rmSync(folder, { recursive: true, force: true })
}

/** Some programs give up root's rights, and write here afterwards. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-deploy-'))
  chmodSync(folder, 0o777)
  return folder
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
