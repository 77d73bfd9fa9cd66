/** A whole scanlogin and the people who use it, in one call: in this process, over `node:http`, or as a server's process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { WebSocket, WebSocketServer } from 'ws'
import { createHandler, type Handler, type HandlerOptions } from '../packages/scanlogin/src/http.ts'
import { createLogin, type Login, type LoginOptions, memoryStore } from '../packages/scanlogin/src/index.ts'
import { serve, toNodeListener, toNodeUpgrade } from '../packages/scanlogin/src/node.ts'
import { storedSessions } from '../packages/scanlogin/src/session.ts'
import { type Actors, type ActorsOptions, createActors } from '../packages/scanlogin/src/testing/actors.ts'
import { createClock, type ManualClock } from '../packages/scanlogin/src/testing/clock.ts'
import type { OpenServer } from '../packages/scanlogin/src/testing/protocol-suite.ts'
import { freePort } from './free-port.ts'

export const apiKey = 'an-api-key-of-the-tests-own-back-end'
export const allowedOrigin = 'https://www.example.com'
export const returnTo = 'https://id.example.com/account'

export interface StartOptions {
  login?: Partial<LoginOptions>
  handler?: Partial<HandlerOptions>
  proof?: ActorsOptions['proof']
}

export interface Started extends Actors {
  readonly login: Login
  readonly handler: Handler
  /** What a rule of the protocol suite opens. */
  readonly server: OpenServer
  /** Every failure that the handler took for an outage or a bug. */
  readonly failures: unknown[]
  /** Calls with a path of the site, such as `/v1/session`. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** In this process, on https as far as anybody can tell, with a clock that stands still. */
export function start(options: StartOptions = {}): Started & { readonly clock: ManualClock } {
  const clock = createClock()
  const url = 'https://id.example.com'
  const assembled = assemble(url, { ...options, login: { clock, ...options.login } })
  const server = { ...people(`${url}/v1`, options), fetch: assembled.handler }
  return {
    ...assembled,
    ...createActors(server),
    clock,
    server,
    fetch: (path, init) => assembled.handler(new Request(url + path, init)),
  }
}

export interface Listening extends Started {
  readonly url: string
  readonly port: number
  /** Answers those who wait, and ends. */
  stop(): Promise<void>
}

/** Over real sockets. `port` is what a proxy of the test's own may stand in front of. */
export async function startHttp(options: StartOptions = {}): Promise<Listening> {
  const url = `http://127.0.0.1:${await freePort()}`
  const { port } = new URL(url)
  const assembled = assemble(url, options)
  const { login, handler } = assembled
  const listener = toNodeListener(handler, { closing: login.draining })
  const upgrade = toNodeUpgrade(handler, WebSocketServer, { heartbeat: 1 })
  const serving = await serve({ listener, upgrade, port: Number(port) })
  const server = { ...people(`${url}/v1`, options), WebSocket }
  return {
    ...assembled,
    ...createActors(server),
    server,
    url,
    port: serving.port,
    fetch: (path, init) => fetch(url + path, init),
    async stop() {
      login.drain()
      await serving.close()
    },
  }
}

export interface Running {
  readonly url: string
  readonly port: number
  readonly server: OpenServer
  /** What the process has written, line by line. */
  readonly lines: readonly string[]
  signal(signal: NodeJS.Signals): void
  stop(): Promise<number | null>
}

/** The standalone server as it is shipped, in a process of its own. */
export async function startServer(env: Record<string, string> = {}): Promise<Running> {
  const port = await freePort()
  const main = fileURLToPath(new URL('../packages/server/dist/main.js', import.meta.url))
  const settings = { PORT: String(port), SCANLOGIN_API_KEY: apiKey, SCANLOGIN_ALLOWED_ORIGINS: allowedOrigin, ...env }
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const ended = once(child, 'exit')
  const ready = new Promise<void>(resolve => {
    for (const output of [child.stdout, child.stderr]) {
      createInterface(output).on('line', line => {
        lines.push(line)
        if (line.startsWith('listening on ')) resolve()
      })
    }
  })
  await Promise.race([ready, ended.then(() => Promise.reject(new Error(lines.join('\n'))))])
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    server: { url: `${url}/v1`, apiKey, origin: `http://localhost:${port}`, WebSocket },
    lines,
    signal: signal => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

function assemble(publicUrl: string, { login: loginOptions, handler: handlerOptions }: StartOptions) {
  const failures: unknown[] = []
  const { store = memoryStore(loginOptions?.clock && { clock: loginOptions.clock }), clock } = loginOptions ?? {}
  const login = createLogin({ publicUrl, ...loginOptions, store })
  const handler = createHandler(login, {
    ...(handlerOptions?.signIn ? {} : { sessions: storedSessions({ store, ...(clock && { clock }) }) }),
    apiKeys: [apiKey],
    allowedOrigins: [allowedOrigin],
    site: { returnTo: [returnTo] },
    onError: error => failures.push(error),
    ...handlerOptions,
  })
  return { login, handler, failures }
}

function people(url: string, { proof = 'cookie' }: StartOptions): ActorsOptions {
  return { url, apiKey, proof }
}
