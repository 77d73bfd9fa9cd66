/** The standalone server in a process with less than it might like: fewer descriptors, less memory. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { freePort } from '../free-port.ts'

export interface NarrowServer extends Actors {
  readonly port: number
  /** Descriptors that it has open. */
  openFiles(): number
  /** `true` as long as it has not ended. */
  alive(): boolean
  readonly lines: readonly string[]
  /** A whole sign-in of people who have no part in anything else. Throws if it does not succeed. */
  signIn(): Promise<void>
}

export interface Narrowness {
  /** As `ulimit -n`. */
  descriptors?: number
  /** MiB of the JavaScript heap. */
  heap?: number
  env?: Readonly<Record<string, string>>
}

const apiKey = 'an-api-key-of-the-tests-own-back-end'
const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))
const running = new Set<() => Promise<void>>()

export async function startNarrow({ descriptors = 4096, heap = 256, env = {} }: Narrowness): Promise<NarrowServer> {
  const port = await freePort()
  const script = 'ulimit -n "$0"; exec "$@"'
  const command = [String(descriptors), process.execPath, `--max-old-space-size=${heap}`, main, 'serve']
  const child = spawn('sh', ['-c', script, ...command], {
    env: { PATH: process.env.PATH ?? '', PORT: String(port), SCANLOGIN_API_KEY: apiKey, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const lines: string[] = []
  const ready = new Promise<void>(resolve => {
    for (const output of [child.stdout, child.stderr]) {
      createInterface(output).on('line', line => {
        lines.push(line)
        if (line.startsWith('listening on ')) resolve()
      })
    }
  })
  running.add(async () => {
    child.kill('SIGKILL')
    await ended
  })
  await Promise.race([ready, ended.then(() => Promise.reject(new Error(lines.join('\n'))))])
  const actors = createActors({
    url: `http://127.0.0.1:${port}/v1`,
    apiKey,
    origin: `http://localhost:${port}`,
    proof: 'bearer',
  })
  return {
    ...actors,
    port,
    lines,
    openFiles: () => readdirSync(`/proc/${child.pid}/fd`).length,
    alive: () => child.exitCode === null && child.signalCode === null,
    async signIn() {
      const browser = actors.newBrowser()
      const phone = actors.newPhone('Carol')
      await browser.create()
      await phone.scan(browser.ticket.qr.url)
      await phone.confirm()
      const { status } = await browser.redeem()
      if (status !== 200) throw new Error(`redeem was answered with ${status}`)
    },
  }
}

/** Each by its own id. */
export async function endNarrow(): Promise<void> {
  await Promise.all([...running].map(end => end()))
  running.clear()
}
