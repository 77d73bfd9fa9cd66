/** The standalone server as it is shipped: sockets, their end, and the limits it is told by its environment. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'
import { startRaw } from './connections.ts'
import { openSocket, patience } from './place.ts'

const apiKey = 'k'.repeat(32)

afterEach(endServers)

describe('the standalone server', () => {
  it('tells a whole sign-in over a socket', async () => {
    const { server, browser, phone } = await startWithPeople()
    await browser.create()
    const socket = await openSocket(server.port, browser)
    const told = []
    for (let text = await socket.next(); text; text = await socket.next()) {
      told.push(text.state)
      if (text.state === 'pending') await phone.scan(browser.ticket.qr.url)
      if (text.state === 'scanned') await phone.confirm()
      if (text.state === 'confirmed') await browser.redeem()
    }
    expect(told).toEqual(['pending', 'scanned', 'confirmed', 'redeemed'])
    expect((await socket.closed).code).toBe(1000)
  })

  it('closes sockets and streams when it is told to stop, and ends with 0', async () => {
    const { server, browser } = await startWithPeople()
    await browser.create()
    const socket = await openSocket(server.port, browser)
    await socket.next()
    const stream = await startRaw({ port: server.port, browser }, 'stream')
    await vi.waitFor(() => expect(stream.answers()).toBe(1), patience)
    server.signal('SIGTERM')
    expect((await socket.closed).code).toBe(1012)
    expect(await stream.all).toMatch(/\nretry: \d+\n\n\r\n0\r\n\r\n$/)
    expect(await server.exited).toBe(0)
  })

  it('counts who waits by the address that its proxy has seen', async () => {
    const { browser, server } = await startWithPeople({
      SCANLOGIN_TRUSTED_PROXIES: '1',
      SCANLOGIN_MAX_WAITING_PER_ADDRESS: '2',
    })
    await browser.create()
    const crowded = { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' }
    const gone = new AbortController()
    const hold = async () => {
      // Whoever comes third is sent away; these two come back until they have a place.
      while (!gone.signal.aborted) await browser.wait(1, 25, { headers: crowded, signal: gone.signal }).catch(() => {})
    }
    const held = [hold(), hold()]
    await vi.waitFor(async () => {
      const { headers } = await browser.wait(1, 1, { headers: crowded })
      expect(headers.get('retry-after')).not.toBeNull()
    }, patience)
    const elsewhere = { 'x-forwarded-for': '203.0.113.7, 198.51.100.1' }
    expect((await browser.wait(1, 1, { headers: elsewhere })).headers.get('retry-after')).toBeNull()
    await server.written('"maxWaitingPerAddress"')
    gone.abort()
    await Promise.all(held)
  })
})

async function startWithPeople(env: Record<string, string> = {}) {
  const server: RunningServer = await startServer({ SCANLOGIN_API_KEY: apiKey, ...env })
  const url = `${server.url}/v1`
  return { server, ...createActors({ url, apiKey, origin: server.origin, proof: 'bearer' }) }
}
