/** Processes of Redis on ports of this machine's loopback, each with a folder of its own; every one is ended by its id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'

export interface RedisProcess {
  readonly port: number
  /** Sends one command over a connection of its own. */
  ask(...command: [string, ...string[]]): Promise<unknown>
  /** SIGKILL: what it had not handed on is gone. */
  crash(): Promise<void>
  /** SIGSTOP: connections stand, and nothing answers. */
  freeze(): void
  /** SIGCONT */
  thaw(): void
  /** Once more after a crash, on the same port and with the same files. */
  start(): Promise<void>
}

/** Any program that speaks Redis's words, such as `valkey-server`. */
export const program = process.env.SCANLOGIN_TEST_REDIS ?? 'redis-server'

/**
 * That program with these arguments besides its port and folder, and with a file of configuration where it needs one.
 * Resolves once it takes connections.
 */
export async function startRedis(args: readonly string[] = [], configuration?: string): Promise<RedisProcess> {
  for (let tries = 1; ; tries++) {
    const redis = createProcess(await quietPort(), args, configuration)
    try {
      await redis.start()
      return redis
    } catch (error) {
      // Somebody else was faster on that port.
      if (tries === 5) throw error
    }
  }
}

/** Ends all that this file has started, each by its own id, also when a test has failed. */
export async function endRedis(): Promise<void> {
  await Promise.all([...processes].map(({ end }) => end()))
}

/**
 * A port that nobody listens on, also not for as long as a Redis on it is dead: it is below those that `free-port.ts` and
 * the system give, and of five hundred that this worker of the run has to itself.
 */
export async function quietPort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * own)
    const server = createServer()
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free && !given.has(port)) {
      given.add(port)
      return port
    }
  }
}

export async function until(what: string, holds: () => Promise<boolean> | boolean, seconds = 30): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 25))
  }
}

const own = 500
const first = 11_000 + (Number(process.env.VITEST_POOL_ID ?? 0) % 18) * own
const given = new Set<number>()
const processes = new Set<{ end(): Promise<void>; kill(): void }>()
process.on('exit', () => {
  for (const { kill } of processes) kill()
})

function createProcess(port: number, args: readonly string[], configuration: string | undefined): RedisProcess {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-redis-'))
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
  const file = configuration === undefined ? [] : [join(folder, 'redis.conf')]
  let child: ChildProcess | undefined
  if (file[0]) writeFileSync(file[0], `${configuration}\n`)

  async function kill(): Promise<void> {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    running.kill('SIGKILL')
    await ended
  }

  const entry = {
    kill: () => void child?.kill('SIGKILL'),
    async end() {
      await kill()
      processes.delete(entry)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  processes.add(entry)

  return {
    port,
    ask: (...command) => ask(port, command),
    crash: kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async start() {
      child = spawn(program, [...file, ...settings, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      await announced(child)
    },
  }
}

async function announced(child: ChildProcess): Promise<void> {
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`${program} ended with ${code}: ${output}`)))
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-4000)
        if (/Ready to accept connections|\+monitor|Sentinel ID/.test(output)) resolve()
      })
    }
  })
}

async function ask(port: number, [name, ...args]: [string, ...string[]]): Promise<unknown> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.call(name, ...args)
  } finally {
    client.disconnect()
  }
}
