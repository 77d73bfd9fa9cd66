/** The standalone server as Chromium's pages see it, and the phones that are no pages. */
import { type ScriptedPhone, scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { freePort } from '../free-port.ts'
import { type RunningServer, startServer } from '../server/server.ts'

export interface Site {
  /** `http://localhost:40123`: for browsers a secure place, where pages may open the camera. */
  readonly origin: string
  /** What programs call. */
  readonly api: string
  /** All that the server's process has written so far. */
  output(): string
  /** A phone of somebody whom the app's back end names. */
  phoneOf(name: string): ScriptedPhone
  /** Ends the process as an operator does. */
  stop(): Promise<void>
  /** Starts another process at the same address. It knows no ticket of the last one. */
  start(): Promise<void>
}

export const apiKey = 'an-api-key-of-the-tests-own-back-end'

type Environment = Readonly<Record<string, string>>

/** For real use, with an API key. */
export function openSite(env: Environment = {}): Promise<Site> {
  return open({ SCANLOGIN_API_KEY: apiKey, ...env }, ['serve'])
}

/** As `npm run demo` starts it, but for this machine alone. */
export function openDemo(env: Environment = {}, ...options: readonly string[]): Promise<Site> {
  return open({ HOST: '127.0.0.1', ...env }, ['serve', '--demo', ...options])
}

async function open(env: Environment, args: readonly string[]): Promise<Site> {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const api = `http://127.0.0.1:${port}/v1`
  const start = () => startServer({ PORT: String(port), SCANLOGIN_PUBLIC_URL: origin, ...env }, args)
  let server: RunningServer = await start()
  return {
    origin,
    api,
    output: () => server.output(),
    phoneOf: name => scriptedPhone({ url: api, apiKey, user: { id: crypto.randomUUID(), name } }),
    async stop() {
      server.signal('SIGTERM')
      await server.exited
    },
    async start() {
      server = await start()
    },
  }
}
