/** The real server in a process of its own, on a free port of this machine. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from '../free-port.ts'

export interface RunningServer {
  /** `http://127.0.0.1:40123` */
  readonly url: string
  /** What its own pages would send as `Origin`. */
  readonly origin: string
  readonly port: number
  readonly pid: number
  /** All it has written to standard output and standard error so far. */
  output(): string
  /** Resolves once the text has been written; rejects with the output if the server ends before that. */
  written(text: string): Promise<void>
  signal(name: 'SIGTERM' | 'SIGINT'): void
  /** The exit code; `null` where a signal has ended it. */
  readonly exited: Promise<number | null>
}

type Environment = Readonly<Record<string, string>>

/** Resolves once it listens; rejects with its output if it ends before that. */
export async function startServer(env: Environment = {}, args: readonly string[] = ['serve']): Promise<RunningServer> {
  const port = await freePort()
  const server = launch({ PORT: String(port), ...env }, args)
  await server.written('listening on http://')
  const { pid } = server.child
  if (pid === undefined) throw new Error('A process that listens has an id')
  const signal = (name: 'SIGTERM' | 'SIGINT') => void server.child.kill(name)
  return { ...server, url: `http://127.0.0.1:${port}`, origin: `http://localhost:${port}`, port, pid, signal }
}

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** For a start that ends by itself, because it is refused. */
export async function runServer(env: Environment = {}, args: readonly string[] = ['serve']): Promise<Ended> {
  const { exited, stdout, stderr } = launch(env, args)
  return { code: await exited, stdout: stdout(), stderr: stderr() }
}

/** Ends those that are left, each by its own id. */
export async function endServers(): Promise<void> {
  const left = running.splice(0)
  for (const { child } of left) child.kill('SIGKILL')
  await Promise.all(left.map(({ exited }) => exited))
}

const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))
const running: { child: ChildProcess; exited: Promise<number | null> }[] = []

function launch(env: Environment, args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let heard = () => {}
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    heard()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    heard()
  })
  const exited = new Promise<number | null>(resolve => child.on('close', code => resolve(code)))
  running.push({ child, exited })
  const written = (text: string) =>
    new Promise<void>((resolve, reject) => {
      heard = () => (stdout + stderr).includes(text) && resolve()
      heard()
      exited.then(code => reject(new Error(`It ended with ${code} before it wrote "${text}": ${stdout}${stderr}`)))
    })
  return { child, exited, written, output: () => stdout + stderr, stdout: () => stdout, stderr: () => stderr }
}
