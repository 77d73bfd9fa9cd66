/** The examples, run as they are: their own users, their own cookie, one whole sign-in each. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { freePort } from './free-port.ts'

let running: ChildProcess | undefined

afterEach(async () => {
  if (!running || running.exitCode !== null) return
  running.kill()
  await once(running, 'exit')
})

describe.each(['node', 'hono'])('the %s example', name => {
  it('signs a browser in with the host’s own users and cookie', async () => {
    const url = await start(name)
    const created = await post(`${url}/v1/tickets`, {}, { origin: url })
    const ticket = (await created.json()) as { id: string; user_code: string }
    const cookie = cookieOf(created)

    const app = { authorization: 'Bearer alice-app-token' }
    const scanned = await post(`${url}/v1/scan`, { user_code: ticket.user_code }, app)
    const { scan_token } = (await scanned.json()) as { scan_token: string }
    await post(`${url}/v1/tickets/${ticket.id}/confirm`, { scan_token }, app)

    const redeemed = await post(`${url}/v1/tickets/${ticket.id}/redeem`, {}, { origin: url, cookie })
    expect(await redeemed.json()).toEqual({ user: { id: 'alice', name: 'Alice' }, session: {} })
    const greeting = await fetch(url, { headers: { cookie: cookieOf(redeemed) } })
    expect(await greeting.text()).toContain('Hello, Alice')
  })

  it('knows no phone without the app’s token, and serves the element', async () => {
    const url = await start(name)
    const scanned = await post(`${url}/v1/scan`, { user_code: 'WDJB-MJHT' }, { authorization: 'Bearer guessed' })
    expect(scanned.status).toBe(401)
    expect(await (await fetch(url)).text()).toContain('<scan-login>')
    expect((await fetch(`${url}/scan-login.js`)).headers.get('content-type')).toContain('text/javascript')
  })
})

async function start(name: string): Promise<string> {
  const port = await freePort()
  const script = fileURLToPath(new URL(`../examples/${name}/server.js`, import.meta.url))
  running = spawn(process.execPath, [script], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!running.stdout) throw new Error('the example has no output')
  await once(running.stdout, 'data')
  return `http://localhost:${port}`
}

function post(url: string, body: unknown, headers: Record<string, string>): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
}

function cookieOf(response: Response): string {
  return response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}
