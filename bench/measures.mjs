/** What is measured of one target in one round. Each measure starts a server of its own. */
import { setTimeout as pause } from 'node:timers/promises'
import { startLoad } from './load/start.mjs'
import { startTarget } from './target.mjs'

/** Whole sign-ins per second, with the server's core busy and the load's cores not. */
export function measureSignIns(name, settings) {
  return withServer({ name }, server => signInsAt(server, settings))
}

/** The same at a server that runs. `kind` is the load that signs in, `cores` where it runs. */
export async function signInsAt(server, { seconds, concurrency, loads: count, kind = 'signIns', cores }) {
  const loads = Array.from({ length: count }, () => startLoad(kind, server.address, cores))
  try {
    await Promise.all(loads.map(load => load.ask('start', { concurrency: concurrency / count })))
    await pause(signInWarmUp)
    const before = await counts(loads, server)
    await pause(seconds * 1000)
    const after = await counts(loads, server)
    await Promise.all(loads.map(load => load.ask('stop')))
    const took = (after.at - before.at) / 1000
    const done = after.done - before.done
    return {
      perSecond: done / took,
      perServerCpuSecond: done / (after.serverCpu - before.serverCpu),
      serverCpu: (after.serverCpu - before.serverCpu) / took,
      loadCpu: after.loadCpu.map((cpu, i) => (cpu - before.loadCpu[i]) / took),
    }
  } finally {
    for (const load of loads) load.end()
  }
}

/** ms. A server of this size is compiled by then: its first seconds cost two to five times as much as all that follow. */
export const signInWarmUp = 10_000

async function counts(loads, server) {
  const answers = await Promise.all(loads.map(load => load.ask('count')))
  return {
    at: performance.now(),
    serverCpu: server.cpuSeconds(),
    done: answers.reduce((sum, { done }) => sum + done, 0),
    loadCpu: answers.map(({ cpu }) => cpu),
  }
}

/** Browsers that wait by long poll, or by server-sent events: what they cost, and how soon they hear of news. */
export function measureWaiting(name, { stream, waiting, wakes, idleSeconds, runtime }) {
  return withServer({ name, runtime }, async server => {
    if (name !== 'hold') await warmUp(server)
    const load = startLoad('waiting', server.address)
    try {
      const residentBefore = server.residentBytes()
      const acceptedIn = await load.ask('arrive', { count: waiting, stream })
      await pause(2000)
      const residentBytesEach = (server.residentBytes() - residentBefore) / waiting
      const cpuBefore = server.cpuSeconds()
      await pause(idleSeconds * 1000)
      const idleCpu = (server.cpuSeconds() - cpuBefore) / idleSeconds
      const held = { acceptedIn, residentBytesEach, idleCpu }
      if (name === 'hold') return held
      const allWokenIn = await load.ask('wakeAll', { concurrency: 64 })
      if (stream) return { ...held, allWokenIn }
      return { ...held, allWokenIn, wake: await load.ask('wakeEach', { count: wakes / 2 }) }
    } finally {
      load.end()
    }
  })
}

/** So that what the first requests leave in memory is not put down to those who wait. */
async function warmUp(server) {
  const load = startLoad('signIns', server.address)
  await load.ask('start', { concurrency: 32 })
  await pause(2000)
  await load.ask('stop')
  load.end()
  await pause(500)
}

async function withServer({ name, runtime }, measure) {
  const server = await startTarget(name, { runtime })
  try {
    return await measure(server)
  } finally {
    await server.stop()
  }
}
