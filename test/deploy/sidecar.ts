/** `examples/sidecar`, as its README starts it: the server on this machine alone, and the app that people reach. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { quietPort } from '../redis/servers/child.ts'
import { type RunningServer, startServer } from '../server/server.ts'
import { startProgram } from './programs.ts'
import { deployFolder } from './proxies.ts'

export const sidecarFolder = join(deployFolder, '../examples/sidecar')

export interface SidecarSite {
  /** The app's, which is all that people know. */
  readonly origin: string
  readonly sidecar: RunningServer
  /** What the phone of one of the app's users asks the app. */
  phone(call: 'scan' | 'confirm' | 'deny', body: object, token?: string): Promise<Response>
}

export async function startSidecarSite(): Promise<SidecarSite> {
  const [port, sidecarPort] = [await quietPort(), await quietPort()]
  const origin = `http://localhost:${port}`
  const apiKey = 'an-api-key-that-the-app-and-its-sidecar-have'
  const sidecar = await startServer({
    PORT: String(sidecarPort),
    SCANLOGIN_PUBLIC_URL: origin,
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_TRUSTED_PROXIES: '1',
  })
  await startProgram({
    program: 'env',
    port,
    args: folder => [
      `PORT=${port}`,
      `SIDECAR=127.0.0.1:${sidecarPort}`,
      `SCANLOGIN_API_KEY=${apiKey}`,
      'python3',
      join(folder, 'app.py'),
    ],
    files: () => ({ 'app.py': readFileSync(join(sidecarFolder, 'app.py'), 'utf8') }),
  })
  return {
    origin,
    sidecar,
    phone: (call, body, token = 'alice-app-token') =>
      fetch(`${origin}/app/${call}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      }),
  }
}
