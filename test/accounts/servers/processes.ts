/** Processes of their own that use one database; each is ended by its id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Running {
  /** Resolves once this has been written. */
  written(text: string): Promise<void>
  /** All that was written, once it has ended by itself; rejects where it has failed. */
  readonly output: Promise<string>
  kill(): Promise<void>
}

const program = fileURLToPath(new URL('child.mjs', import.meta.url))
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function run(address: string, story: 'meet' | 'stop', ...args: readonly string[]): Running {
  const child = spawn(process.execPath, [program, address, story, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let text = ''
  let heard = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part
      heard()
    })
  }
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code === 0 ? text : Promise.reject(new Error(`ended with ${code}: ${text}`))
  })
  // Whoever kills it does not ask for its output.
  ended.catch(() => {})
  return {
    output: ended,
    written(wanted) {
      const there = new Promise<void>(resolve => {
        heard = () => text.includes(wanted) && resolve()
        heard()
      })
      return Promise.race([there, ended.then(() => Promise.reject(new Error(`ended without "${wanted}": ${text}`)))])
    },
    async kill() {
      child.kill('SIGKILL')
      await ended.catch(() => {})
    },
  }
}
