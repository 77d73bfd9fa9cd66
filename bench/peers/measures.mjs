/** What is measured of one contestant in one round. Each measure starts everything anew. */
import { setTimeout as pause } from 'node:timers/promises'
import { lowerCores } from '../cores.mjs'
import { bunProgram } from '../growth/runtimes.mjs'
import { startLoad } from '../load/start.mjs'
import { measureWaiting, signInsAt } from '../measures.mjs'
import { startContestant } from './contestants.mjs'
import { startNchan } from './natives.mjs'

/** Whole sign-ins per second, and what one of them asks of Redis. */
export async function measureSignIns(name, settings) {
  const server = await startContestant(name)
  try {
    const before = await redisCosts(server)
    const settled = await signInsAt(server, { ...settings, kind: server.kind, cores: lowerCores() })
    const after = await redisCosts(server)
    if (settled.perSecond === 0) throw new Error('nobody was signed in')
    if (!server.redis) return settled
    const commands = await commandsPerSignIn(server)
    const redisCpu = (after.cpu - before.cpu) / (after.at - before.at)
    return { ...settled, ...commands, redisCpu }
  } finally {
    await server.stop()
  }
}

async function redisCosts({ redis }) {
  return { at: performance.now() / 1000, cpu: redis?.cpuSeconds() ?? 0 }
}

/** A second of whole sign-ins, a few at a time. */
async function commandsPerSignIn(server) {
  const load = startLoad(server.kind, server.address, lowerCores())
  try {
    // A peer's users sign up and log in at the start, which is no part of a sign-in.
    await load.ask('start', { concurrency: 4 })
    await pause(1500)
    const published = await messages(server)
    const { done: before } = await load.ask('count')
    const names = await server.redis.commandsDuring(() => pause(1000))
    const { done: after } = await load.ask('count')
    const heard = (await messages(server)) - published
    await load.ask('stop')
    const signIns = after - before
    const commands = Object.values(names).reduce((sum, count) => sum + count, 0) / signIns
    return { commands, messages: heard / signIns, commandNames: each(names, signIns) }
  } finally {
    load.end()
  }
}

async function messages({ redis }) {
  const [, calls = '0'] = /cmdstat_publish:calls=(\d+)/.exec(await redis.info('commandstats')) ?? []
  return Number(calls)
}

function each(names, signIns) {
  return Object.fromEntries(Object.entries(names).map(([name, count]) => [name, count / signIns]))
}

/** What a browser costs that waits, over more than the time after which it asks again: CPU, requests to Redis. */
export async function measureIdle({ name, asks = false, stream = false }, settings) {
  const browsers = asks ? settings.polling : settings.idling
  // Polls are spread over a second, so fewer seconds say as much.
  const seconds = asks ? 10 : settings['idle-seconds']
  const server = await startContestant(name)
  // Code that has run a few times only is slow; at this pace it would stay so for as long as the measure takes.
  await signInsAt(server, { seconds: 0.5, concurrency: 32, loads: 1, kind: server.kind, cores: lowerCores() })
  const empty = await redisBytes(server)
  const load = startLoad(asks ? 'pollers' : 'waiting', server.address, lowerCores())
  try {
    await load.ask('arrive', { count: browsers, stream })
    await pause(3000)
    const before = idleCosts(server)
    const sent = await commandsSent(server)
    await pause(seconds * 1000)
    const after = idleCosts(server)
    const commands = (await commandsSent(server)) - sent
    const browserSeconds = browsers * (after.at - before.at)
    return {
      cpuPer1000: ((after.cpu - before.cpu) / browserSeconds) * 1000,
      redisCpuPer1000: ((after.redisCpu - before.redisCpu) / browserSeconds) * 1000,
      commandsPer1000: (commands / browserSeconds) * 1000,
      redisBytesEach: ((await redisBytes(server)) - empty) / browsers,
    }
  } finally {
    load.end()
    await server.stop()
  }
}

function idleCosts(server) {
  return { at: performance.now() / 1000, cpu: server.cpuSeconds(), redisCpu: server.redis?.cpuSeconds() ?? 0 }
}

async function redisBytes({ redis }) {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1])
}

/** Commands that Redis has run, those in scripts too: while nothing happens no script runs but the one that reads. */
async function commandsSent({ redis }) {
  const report = (await redis?.info('commandstats')) ?? ''
  return [...report.matchAll(/cmdstat_(?!info|quit)[\w|]+:calls=(\d+)/g)].reduce(
    (sum, [, calls]) => sum + Number(calls),
    0,
  )
}

/** How soon a browser hears of the phone's confirm, over Redis. With several processes the two are never at the same one. */
export async function measureWakes(name, { nodeWaiting, wakes }) {
  const server = await startContestant(name)
  await signInsAt(server, { seconds: 0.5, concurrency: 32, loads: 1, kind: server.kind, cores: lowerCores() })
  const load = startLoad('waiting', server.address, lowerCores())
  try {
    await load.ask('arrive', { count: nodeWaiting, together: 50 })
    await load.ask('wakeAll', { concurrency: 16 })
    const { confirm } = await load.ask('wakeEach', { count: wakes })
    return confirm
  } finally {
    load.end()
    await server.stop()
  }
}

/** Connections held: memory, time to accept, time to wake one at random. */
export async function measureHeld(name, { waiting, wakes }) {
  if (name !== 'nginx + nchan') return heldByNode(heldAt[name] ?? { name }, { waiting, wakes })
  const server = await startNchan()
  const load = startLoad('subscribers', server.address)
  try {
    const before = server.residentBytes()
    const acceptedIn = await load.ask('arrive', { count: waiting })
    await pause(2000)
    const residentBytesEach = (server.residentBytes() - before) / waiting
    const wake = await load.ask('wakeEach', { count: wakes })
    return { acceptedIn, residentBytesEach, wake, version: server.version }
  } finally {
    load.end()
    await server.stop()
  }
}

/** Other runtimes than the one that runs the benchmark. */
const heldAt = { 'scanlogin, Bun': { name: 'scanlogin', runtime: bunProgram } }

/** Every other wake of `measureWaiting` is a scan; the confirms are what counts here. */
async function heldByNode({ name, runtime }, { waiting, wakes }) {
  const { acceptedIn, residentBytesEach, wake } = await measureWaiting(name, {
    runtime,
    waiting,
    wakes: 2 * wakes,
    stream: false,
    idleSeconds: 0,
  })
  return { acceptedIn, residentBytesEach, wake: wake?.confirm.fromRequest }
}
