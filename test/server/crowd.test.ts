import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { endServers, type RunningServer, startServer } from './server.ts'

const apiKey = 'k'.repeat(32)

afterEach(endServers)

describe('a server that a thousand waiting browsers leave at once', () => {
  it('lets go of all their connections and finishes the sign-in of one who comes back', async () => {
    const server = await startServer({ SCANLOGIN_API_KEY: apiKey })
    const browser = scriptedBrowser({ url: `${server.url}/v1`, origin: server.origin, proof: 'bearer' })
    await browser.create()
    const before = openFiles(server)
    const crowd = await Promise.all(Array.from({ length: 1000 }, () => hangOn(server, browser)))
    await vi.waitFor(() => expect(openFiles(server)).toBeGreaterThanOrEqual(before + 1000), patience)

    for (const socket of crowd) socket.resetAndDestroy()
    await vi.waitFor(() => expect(openFiles(server)).toBeLessThanOrEqual(before + 5), patience)

    const phone = scriptedPhone({ url: `${server.url}/v1`, apiKey, user: { id: 'alice' } })
    await phone.scan(await browser.draw())
    await phone.confirm()
    expect((await browser.redeem()).body.user).toEqual({ id: 'alice' })
    expect(server.output()).not.toContain('failed')
    server.signal('SIGTERM')
    expect(await server.exited).toBe(0)
  })
})

const patience = { timeout: 20_000, interval: 50 }

type Browser = ReturnType<typeof scriptedBrowser>

/** A connection that asks to wait and never reads. */
function hangOn({ port }: RunningServer, { ticket, secret }: Browser): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const path = `/v1/tickets/${ticket.id}?since=1&wait=25`
    const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${secret}\r\n\r\n`
    const socket = connect(port, '127.0.0.1', () => socket.write(request, () => resolve(socket)))
    socket.on('error', reject)
  })
}

/** Files and connections that the server's process has open. */
function openFiles({ pid }: RunningServer): number {
  return readdirSync(`/proc/${pid}/fd`).length
}
