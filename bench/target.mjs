/** Starts what is measured, on a core of its own, and reads from the kernel what it costs. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { serverCores } from './cores.mjs'

const apiKey = 'a-key-for-the-benchmark-and-nothing-else'
const serverFile = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url))
const floorFile = fileURLToPath(new URL('floor.mjs', import.meta.url))

/** What can be measured. */
export const targets = {
  scanlogin: { file: serverFile, args: ['serve'], env: {} },
  /** Asked by nobody whether it may. */
  unasked: { file: serverFile, args: ['serve'], env: { SCANLOGIN_PRESET: 'none' } },
  floor: { file: floorFile, args: [], env: {} },
  hold: { file: floorFile, args: [], env: { FLOOR_HOLD_ONLY: '1' } },
}

/** `runtime` is a program that runs JavaScript, `node` are options for it. */
export function startTarget(name, { node, runtime, cores } = {}) {
  return startServer({ name, ...targets[name], node, runtime, cores })
}

/** Any program in `file` that listens on `PORT` and says so. */
export async function startServer({
  name,
  file,
  args = [],
  env = {},
  node = [],
  runtime = process.execPath,
  cores = serverCores(),
}) {
  const port = await freePort()
  const command = [...cores, runtime, ...node, file, ...args]
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: '127.0.0.1',
      SCANLOGIN_STORE: 'memory:',
      SCANLOGIN_API_KEY: apiKey,
      // Its peers write no audit log either.
      SCANLOGIN_LOG_LEVEL: 'warn',
      SCANLOGIN_MAX_WAITING_PER_ADDRESS: '1000000',
      SCANLOGIN_PUBLIC_URL: `http://localhost:${port}`,
      ...env,
    },
  })
  const exit = once(child, 'exit')
  // However this program ends, nothing stays behind.
  const reap = () => child.kill('SIGKILL')
  process.on('exit', reap)
  await Promise.race([listening(child), exit.then(() => Promise.reject(new Error(`${name} did not start`)))])
  return {
    /** What the load has to know. */
    address: { host: '127.0.0.1', port, base: `http://localhost:${port}/v1`, apiKey },
    cpuSeconds: () => cpuSeconds(child.pid),
    residentBytes: () => residentBytes(child.pid),
    /** Asks it to go down and insists after 10 s. */
    async stop() {
      const insist = setTimeout(() => child.kill('SIGKILL'), 10_000)
      child.kill('SIGTERM')
      await exit
      clearTimeout(insist)
      process.off('exit', reap)
    },
  }
}

function listening(child) {
  return new Promise(resolve => {
    let printed = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      printed = (printed + text).slice(-4096)
      if (printed.includes('listening on ')) resolve()
    })
  })
}

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

/** Of all its threads; the kernel counts in nanoseconds. */
export function cpuSeconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`)
  const spent = threads.map(thread =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return spent.reduce((sum, one) => sum + one, 0) / 1e9
}

export function residentBytes(pid) {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kibibytes) * 1024
}
