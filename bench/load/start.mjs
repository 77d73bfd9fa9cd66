/** Starts a load as a process of its own, away from the server's core. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { loadCores } from '../cores.mjs'

const file = fileURLToPath(new URL('main.mjs', import.meta.url))

/** `kind` is one of those in `main.mjs`. */
export function startLoad(kind, address, cores = loadCores()) {
  const command = [...cores, process.execPath, '--max-semi-space-size=64', file, kind, JSON.stringify(address)]
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const exit = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the load ended early (${code})`)))
  exit.catch(() => {})
  return {
    async ask(verb, options = {}) {
      child.send({ verb, options })
      const [{ result, error }] = await Promise.race([once(child, 'message'), exit])
      if (error !== undefined) throw new Error(error)
      return result
    },
    end() {
      if (child.connected) child.disconnect()
    },
  }
}
