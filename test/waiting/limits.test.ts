/** Servers at the end of what they have: connections that say nothing, no descriptors, hardly any memory. */
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { dial } from '../hostile/raw.ts'
import { startRaw } from './connections.ts'
import { endNarrow, startNarrow } from './narrow-server.ts'

afterEach(endNarrow)

describe('connections that take their time', () => {
  it('are closed, whether the head, the body or everything is slow, and nobody else notices', async () => {
    const server = await startNarrow({})
    const before = server.openFiles()
    const head = 'POST /v1/tickets HTTP/1.1\r\nHost: a\r\n'
    const body = `${head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`
    const slow = await Promise.all(
      Array.from({ length: 300 }, async (_, at) => {
        const socket = await dial(server.port)
        const begun = ['', head, body][at % 3] ?? ''
        if (begun) socket.write(begun)
        return begun === '' ? trickle(socket, '') : trickle(socket, begun === head ? 'X-A: a\r\n' : ' ')
      }),
    )
    await vi.waitFor(() => expect(server.openFiles()).toBeGreaterThanOrEqual(before + 300), patience)
    const others = signInUntil(server.signIn, Promise.all(slow.map(({ closed }) => closed)))
    expect(await others).toBeGreaterThan(3)
    await vi.waitFor(() => expect(server.openFiles()).toBeLessThanOrEqual(before + 5), patience)
  }, 60_000)
})

describe('a server that runs out of descriptors', () => {
  it('goes on living, and serves again as soon as there are some', async () => {
    const server = await startNarrow({ descriptors: 256 })
    await server.browser.create()
    const crowd: Socket[] = []
    for (let i = 0; i < 400; i++) {
      const socket = await dial(server.port).catch(() => undefined)
      if (socket) crowd.push(socket)
    }
    await vi.waitFor(() => expect(server.openFiles()).toBeGreaterThan(250), patience)
    for (const socket of crowd) socket.destroy()
    await vi.waitFor(() => expect(server.openFiles()).toBeLessThan(100), patience)
    await vi.waitFor(() => server.signIn(), patience)
    expect(server.alive()).toBe(true)
  })

  it('still answers those who wait on the connections it has', async () => {
    const server = await startNarrow({ descriptors: 256 })
    await server.browser.create()
    const wait = await startRaw(server, 'poll')
    await server.browser.read()
    const crowd = await Promise.all(Array.from({ length: 400 }, () => dial(server.port).catch(() => undefined)))
    await vi.waitFor(() => expect(server.openFiles()).toBeGreaterThan(250), patience)
    // This browser has kept its connection.
    expect((await server.browser.cancel()).status).toBe(204)
    await vi.waitFor(() => expect(wait.answers()).toBe(1), patience)
    for (const socket of [...crowd, wait.socket]) socket?.destroy()
  })
})

describe('a server with little memory', () => {
  it('holds as many browsers as it was told to, answers the rest at once, and lives', async () => {
    const limits = { SCANLOGIN_MAX_WAITING: '500', SCANLOGIN_MAX_WAITING_PER_ADDRESS: '500' }
    const server = await startNarrow({ heap: 64, env: limits })
    await server.browser.create()
    for (let round = 0; round < 3; round++) {
      const waits = await Promise.all(Array.from({ length: 2000 }, () => startRaw(server, 'poll')))
      const answered = () => waits.filter(({ answers }) => answers() > 0).length
      await vi.waitFor(() => expect(answered()).toBe(1500), patience)
      await server.signIn()
      expect(answered()).toBe(1500)
      for (const { socket } of waits) socket.destroy()
      await vi.waitFor(() => expect(server.openFiles()).toBeLessThan(100), patience)
    }
    expect(server.alive()).toBe(true)
    expect(server.lines.filter(line => line.includes('"maxWaiting')).length).toBe(1)
  })
})

/** ms; not how long it takes but when to give up. */
const patience = { timeout: 20_000, interval: 50 }

interface Slow {
  readonly closed: Promise<void>
}

/** Sends a little each half second until the server has had enough. */
function trickle(socket: Socket, text: string): Slow {
  const timer = setInterval(() => text && socket.writable && socket.write(text), 500)
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => {
      clearInterval(timer)
      resolve()
    })
  })
  socket.resume()
  return { closed }
}

/** Signs in one after the other until the promise has settled, and counts. */
async function signInUntil(signIn: () => Promise<void>, over: Promise<unknown>): Promise<number> {
  let ended = false
  void over.then(() => {
    ended = true
  })
  let count = 0
  while (!ended) {
    await signIn()
    count++
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  return count
}
