/** The two programs of docs/known-browsers.md as they stand, and a thief of cookies before them. @see T28 of the threat table */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { scriptedPhone } from '../../packages/scanlogin/src/testing.ts'
import { it } from '../browser/chromium.ts'
import { codeOn } from '../browser/screens.ts'
import { freePort } from '../free-port.ts'
import { apiKey } from '../start.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(root, 'docs/known-browsers.md'), 'utf8')

let site: string
let host: ChildProcess

beforeAll(async () => {
  const port = String(await freePort())
  site = `http://localhost:${port}`
  const programs = ['transfer', 'provenFetch'].map(written)
  host = spawn(process.execPath, [join(root, 'test/known-browsers/host.mjs'), port, ...programs], {
    env: { PATH: process.env.PATH, API_KEY: apiKey },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (host.stdout) await once(host.stdout, 'data')
})

afterAll(() => {
  host.kill()
})

/** The program that exports this function. */
function written(name: string): string {
  const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(match => match[1] ?? '')
  const code = blocks.find(block => block.includes(`function ${name}(`))
  if (code === undefined) throw new Error(`docs/known-browsers.md has no ${name}`)
  const folder = join(root, 'node_modules', '.known-browsers')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.mjs`), code)
  return join(folder, `${name}.mjs`)
}

async function signIn(tab: Page): Promise<void> {
  const phone = scriptedPhone({ url: `${site.replace('localhost', '127.0.0.1')}/v1`, apiKey, user: { id: 'alice' } })
  await phone.scan(await codeOn(tab))
  await phone.confirm()
  await tab.waitForFunction(() => document.querySelector('scan-login')?.state.state === 'signedIn')
}

/** As the page calls it, with a proof of the key that this browser holds. */
function transferFrom(tab: Page): Promise<number> {
  return tab.evaluate(async () => {
    const { provenFetch } = window as unknown as { provenFetch: typeof fetch }
    return (await provenFetch('/transfer', { method: 'POST' })).status
  })
}

function send(tab: Page, headers: Record<string, string>): Promise<number> {
  return tab.evaluate(async headers => (await fetch('/transfer', { method: 'POST', headers })).status, headers)
}

describe('a call that only this browser may make', () => {
  it('is made by the browser that signed in, as often as it likes', async ({ newVisitor }) => {
    const tab = await (await newVisitor()).open(site)
    await signIn(tab)
    expect([await transferFrom(tab), await transferFrom(tab)]).toEqual([200, 200])
  })

  it('is not made by who has copied its cookies to another computer, nor with a proof that was overheard', async ({
    newVisitor,
  }) => {
    const victim = await newVisitor()
    const tab = await victim.open(site)
    await signIn(tab)
    await transferFrom(tab)
    const overheard = victim.requests.find(request => request.url().endsWith('/transfer'))?.headers().dpop ?? ''
    const thief = await newVisitor()
    await thief.context.addCookies(await victim.context.cookies())
    const theirs = await thief.open(site)
    // The cookie itself works: what stops them is the key that stayed behind.
    expect(await theirs.evaluate(async () => (await fetch('/v1/session')).status)).toBe(200)
    expect(await transferFrom(theirs)).toBe(401)
    expect(await send(theirs, {})).toBe(401)
    expect(overheard).not.toBe('')
    expect(await send(theirs, { dpop: overheard })).toBe(401)
    expect(await transferFrom(tab)).toBe(200)
  })
})
