/** A server whose memory comes to its end lets nobody else wait, and lives. */
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { freePort } from '../free-port.ts'
import { scrape } from '../metrics/exposition.ts'
import { endNarrow, startNarrow } from './narrow-server.ts'

afterEach(endNarrow)

describe('a server whose memory is nearly full', () => {
  it('lets nobody else wait, says so, and holds browsers again when there is room', async () => {
    const metricsPort = await freePort()
    const policy = fileURLToPath(new URL('hoarding-policy.mjs', import.meta.url))
    const server = await startNarrow({
      heap: 96,
      env: { SCANLOGIN_POLICIES: policy, SCANLOGIN_METRICS: String(metricsPort) },
    })
    const asked = async () => (await server.browser.wait(1, 1)).headers.get('retry-after')
    await server.browser.create()
    expect(await asked()).toBeNull()
    // Five MiB more each time. Who is not stopped by then has more than the heap may hold, and is dead.
    for (let created = 0; (await asked()) === null; created++) {
      expect(created).toBeLessThan(22)
      await Promise.all([1, 2, 3, 4, 5].map(() => server.newBrowser().create()))
    }
    const { value } = await scrape(metricsPort)
    expect(value('scanlogin_memory_refusals_total')).toBeGreaterThan(0)
    expect(value('scanlogin_memory_share')).toBeGreaterThan(0.6)
    expect(server.lines.filter(line => line.includes('"limit":"hasRoom"')).length).toBe(1)
    await server.signIn()
    await vi.waitFor(async () => expect(await asked()).toBeNull(), patience)
    expect(server.alive()).toBe(true)
  }, 120_000)
})

/** ms; not how long it takes but when to give up. */
const patience = { timeout: 60_000, interval: 50 }
