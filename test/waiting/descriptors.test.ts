/** A server that has no file descriptor left says so, because whoever is turned away hears nothing. */
import type { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { dial } from '../hostile/raw.ts'
import { endNarrow, startNarrow } from './narrow-server.ts'

afterEach(endNarrow)

describe('a server that runs out of descriptors', () => {
  it('says so in its log, once, and what to do', async () => {
    const server = await startNarrow({ descriptors: 256 })
    const crowd: Socket[] = []
    const said = () => server.lines.filter(line => line.includes('no file descriptor is left'))
    // New ones all the time, as when people reload: what is closed unanswered makes no room.
    const coming = setInterval(() => dial(server.port).then(socket => crowd.push(socket), ignore), 10)
    await vi.waitFor(() => expect(said().length).toBe(1), patience)
    // It looks once a second.
    await new Promise(resolve => setTimeout(resolve, 2500))
    clearInterval(coming)
    for (const socket of crowd) socket.destroy()
    await vi.waitFor(() => server.signIn(), patience)
    const lines = said().map(line => JSON.parse(line))
    expect(lines).toMatchObject([{ level: 50, code: 'EMFILE', msg: expect.stringContaining('ulimit -n') }])
  })

  it('says nothing where there are enough', async () => {
    const server = await startNarrow({ descriptors: 1024 })
    await Promise.all(Array.from({ length: 200 }, () => dial(server.port)))
    await vi.waitFor(() => expect(server.openFiles()).toBeGreaterThan(200), patience)
    await new Promise(resolve => setTimeout(resolve, 2500))
    expect(server.lines.filter(line => line.includes('descriptor'))).toEqual([])
  })
})

/** ms; not how long it takes but when to give up. */
const patience = { timeout: 20_000, interval: 50 }

function ignore(): void {}
