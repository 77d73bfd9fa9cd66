/** What docs/sessions.md tells people to run, as it stands there. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SignJWT } from 'jose'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { freePort } from '../free-port.ts'
import { endServers, startServer } from '../server/server.ts'
import { apiKey } from '../start.ts'
import { confirm } from './signed-in.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(root, 'docs/sessions.md'), 'utf8')
const programs: ChildProcess[] = []

afterEach(endServers)
afterAll(() => {
  for (const program of programs) program.kill()
})

/** The program whose first line is its name. */
function written(name: string): string {
  const [, code] = new RegExp(`^\`\`\`js\\n// ${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text) ?? []
  if (code === undefined) throw new Error(`docs/sessions.md has no ${name}`)
  const folder = join(root, 'node_modules', '.sessions')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), code)
  return join(folder, name)
}

async function startProgram(name: string, env: Record<string, string>): Promise<void> {
  const program = spawn(process.execPath, [written(name)], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  programs.push(program)
  await new Promise(resolve => program.stdout?.once('data', resolve))
}

async function openServer(env: Record<string, string>) {
  const server = await startServer({ SCANLOGIN_API_KEY: apiKey, SCANLOGIN_SESSIONS: 'jwt', ...env })
  return { server, ...createActors({ url: `${server.url}/v1`, apiKey, origin: server.origin }) }
}

describe('the back end in the document', () => {
  it('knows who is signed in by our keys, and takes no other token', async () => {
    const { server, browser, phone } = await openServer({})
    const port = await freePort()
    await startProgram('back-end.mjs', { PORT: String(port), ISSUER: server.origin, SCANLOGIN: server.url })
    const ask = async (cookie: string) => {
      const reply = await fetch(`http://127.0.0.1:${port}/`, { headers: { cookie } })
      return [reply.status, await reply.text()]
    }
    await browser.create()
    await confirm(browser, phone)
    await browser.redeem()
    const token = browser.cookies.get('scanlogin-access')
    const forged = await new SignJWT({ sid: 'x', sub: 'mallory' })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setExpirationTime('5m')
      .setIssuer(server.origin)
      .setAudience(server.origin)
      .sign(new TextEncoder().encode('a-key-of-somebody-else-of-32-letters'))
    expect(await ask(`theme=dark; scanlogin-access=${token}; other=1`)).toEqual([200, `hello ${phone.user?.id}`])
    expect(await ask('theme=dark')).toEqual([401, ''])
    expect(await ask(`scanlogin-access=${token}; scanlogin-access=${token}`)).toEqual([401, ''])
    expect(await ask(`scanlogin-access=${token?.slice(0, -4)}AAAA`)).toEqual([401, ''])
    expect(await ask(`scanlogin-access=${browser.cookies.get('scanlogin-session')}`)).toEqual([401, ''])
    expect(await ask(`scanlogin-access=${forged}`)).toEqual([401, ''])
  })

  it('neither lets in nor turns away while it cannot fetch the keys', async () => {
    const { server, browser, phone } = await openServer({})
    const [port, nobody] = [await freePort(), await freePort()]
    const env = { PORT: String(port), ISSUER: server.origin, SCANLOGIN: `http://127.0.0.1:${nobody}` }
    await startProgram('back-end.mjs', env)
    await browser.create()
    await confirm(browser, phone)
    await browser.redeem()
    const headers = { cookie: `scanlogin-access=${browser.cookies.get('scanlogin-access')}` }
    expect((await fetch(`http://127.0.0.1:${port}/`, { headers })).status).toBe(503)
  })
})

describe('the exchange in the document', () => {
  it('learns who has signed in, once', async () => {
    const secret = 'a-secret-of-the-shop-of-32-characters'
    const returnTo = 'https://shop.example.com/in'
    const secretHash = createHash('sha256').update(secret).digest('hex')
    const shop = { id: 'shop', name: 'Shop', origin: 'https://shop.example.com', return_to: [returnTo] }
    const clients = JSON.stringify([{ ...shop, secret_hash: secretHash }])
    const { server, browser, phone } = await openServer({ SCANLOGIN_CLIENTS: clients })
    await browser.create({ client_id: 'shop', return_to: returnTo })
    await confirm(browser, phone)
    const redeemed = await browser.call<{ code: string }>('POST', `/tickets/${browser.ticket.id}/redeem`, { body: {} })
    process.env.SCANLOGIN = server.url
    process.env.SHOP_SECRET = secret
    const { exchange } = await import(written('exchange.mjs'))
    expect(await exchange(redeemed.body.code)).toMatchObject({ id: phone.user?.id })
    await expect(exchange(redeemed.body.code)).rejects.toThrow('The code was refused: 400')
  })
})
