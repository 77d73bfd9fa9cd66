/** A server whose event loop stands still is not ready, until it runs again. */
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { endServers, type RunningServer, startServer } from './server.ts'

afterEach(endServers)

describe('a server whose policy keeps the event loop to itself', () => {
  it('is alive and not ready, says why in its log, and is ready again by itself', async () => {
    const server = await startServer({
      SCANLOGIN_POLICIES: fileURLToPath(new URL('blocking-policy.mjs', import.meta.url)),
    })
    const status = async (path: string) => (await fetch(`${server.url}/healthz/${path}`)).status
    // A machine that is busy may hold it up as well; then it is ready a little later.
    await vi.waitFor(async () => expect(await status('ready')).toBe(200), patience)
    await vi.waitFor(async () => {
      await createTicket(server)
      expect(await status('ready')).toBe(503)
    }, patience)
    expect(await status('live')).toBe(200)
    await server.written('the event loop stood still')
    await vi.waitFor(async () => expect(await status('ready')).toBe(200), patience)
    await server.written('the event loop runs again')
  }, 90_000)
})

/** ms; not how long it takes but when to give up. */
const patience = { timeout: 40_000, interval: 200 }

/** The policy is asked before there is one. */
async function createTicket({ url, origin }: RunningServer): Promise<void> {
  const headers = { origin, 'content-type': 'application/json' }
  const { status } = await fetch(`${url}/v1/tickets`, { method: 'POST', headers, body: '{}' })
  expect(status).toBe(201)
}
