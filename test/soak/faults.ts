/** What goes wrong in a soak. Each takes its cause away again before it resolves. */
import { startRaw } from '../waiting/connections.ts'
import type { Chance } from './chance.ts'
import type { World } from './world.ts'

export type Fault = (world: World, chance: Chance) => Promise<void>

export const faults: Readonly<Record<string, Fault>> = {
  async 'Redis is killed'({ redis }, { between }) {
    await redis.crash()
    await pause(between(500, 3000))
    await redis.start()
  },

  async 'Redis stands still'({ redis }, { between }) {
    redis.freeze()
    await pause(between(500, 4000))
    redis.thaw()
  },

  async 'Redis forgets the scripts'({ redis }) {
    await redis.ask('SCRIPT', 'FLUSH')
  },

  async 'Redis forgets everything'({ redis }) {
    await redis.ask('FLUSHALL')
  },

  async 'connections to Redis are reset'({ network }) {
    for (let cuts = 0; cuts < 5; cuts++) {
      network.reset()
      await pause(200)
    }
  },

  async 'nothing comes through to Redis'({ network }, { between }) {
    network.hold()
    await pause(between(500, 4000))
    await network.pass()
  },

  async 'the network stutters'({ network }, { between }) {
    network.delay(30, 100)
    await pause(between(2000, 5000))
    await network.pass()
  },

  async 'hints are late'({ network }, { between }) {
    network.hold('from redis', 'subscribers')
    await pause(between(1000, 3000))
    await network.pass()
  },

  async 'hints are dropped'({ network }) {
    network.forget('subscribers')
    // Until what is dead is given up.
    await pause(6000)
  },

  async 'a node is killed'(world) {
    await world.replace(world.recruit(), 'SIGKILL')
  },

  async 'a node is restarted'(world) {
    await world.replace(world.recruit(), 'SIGTERM')
  },

  async 'a node stands still'(world, { between, pick }) {
    const { pid } = pick(world.nodes())
    process.kill(pid, 'SIGSTOP')
    await pause(between(500, 3000))
    process.kill(pid, 'SIGCONT')
  },

  async 'browsers do not read'(world) {
    const sockets = await hold(world, 'stream', 30)
    for (const socket of sockets) socket.pause()
    await pause(5000)
    for (const socket of sockets) socket.destroy()
  },

  async 'browsers leave without a word'(world) {
    const sockets = await hold(world, 'poll', 60)
    await pause(1000)
    for (const [index, socket] of sockets.entries()) index % 2 ? socket.resetAndDestroy() : socket.destroy()
  },
}

/** Browsers whose connections are in our own hands, at the veteran: what is left of them shows there. */
async function hold({ people, veteran }: World, kind: 'poll' | 'stream', count: number) {
  const { browser } = people()
  while ((await browser.create().catch(nobody))?.status !== 201) await pause(100)
  const waits = await Promise.all(Array.from({ length: count }, () => startRaw({ port: veteran.port, browser }, kind)))
  for (const { socket } of waits) socket.on('error', nobody)
  return waits.map(({ socket }) => socket)
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

function nobody(): undefined {
  return undefined
}
