/** What "normal again" means, and what Redis itself says about it. */
import { expect } from 'vitest'
import type { Ledger } from './ledger.ts'
import { created } from './people.ts'
import { answerOf, type Node, type Scene } from './scene.ts'
import { type RedisProcess, until } from './servers/child.ts'
import { signIn } from './sign-in.ts'

/** Everybody can sign in, no promise is broken, changes ring, and as much is open as at the start. */
export async function expectNormal(scene: Scene, ledger: Ledger, redis: RedisProcess): Promise<void> {
  await expectService(scene, ledger)
  await until(
    'every node listens once',
    async () => (await listening(redis)).join() === scene.nodes.map(() => 1).join(),
  )
  await until('two connections a node', async () => (await connections(redis)) === 2 * scene.nodes.length)
}

/** The same, where Redis still holds connections that nobody has told it are dead. */
export async function expectService(scene: Scene, ledger: Ledger): Promise<void> {
  await until('a sign-in without a refusal', async () => (await signIn(scene.people(), ledger)).refusals === 0, 10)
  expect(waiting(scene)).toBe(0)
  expect(ledger.breaches()).toEqual([])
  const [one, other = one] = scene.nodes
  if (!one || !other) throw new Error('There is no node')
  for (const [sitting, calling] of [
    [one, other],
    [other, one],
  ] as const) {
    // In a row, because one of them may be found by looking just before its message is read.
    const rung = async () =>
      (await rings(sitting, calling)) && (await rings(sitting, calling)) && rings(sitting, calling)
    await until('three changes ring', rung, 20)
  }
}

/** A browser waits at one node while a phone scans at another: whether it was told, and has not found out by looking. */
export async function rings(sitting: Node, calling: Node): Promise<boolean> {
  const before = sitting.login.hintMisses()
  const { browser } = await created(sitting.people())
  const heard = answerOf(browser.wait(1, 25))
  await until('it waits', () => sitting.login.waiting() === 1)
  const phone = calling.newPhone('Bob')
  await until('it is scanned', async () => (await phone.scan(browser.ticket.qr.url)).status === 200)
  expect((await heard).body.state).toBe('scanned')
  return sitting.login.hintMisses() === before
}

/** Browsers that wait at any node. */
export function waiting({ nodes }: Scene): number {
  return nodes.reduce((sum, { login }) => sum + login.waiting(), 0)
}

/** Changes that were found by looking again. */
export function misses({ nodes }: Scene): number {
  return nodes.reduce((sum, { login }) => sum + login.hintMisses(), 0)
}

export async function versionIn(redis: RedisProcess, id: string): Promise<number> {
  return Number(String(await redis.ask('GET', `scanlogin:{t:${id}}`)).split(' ')[0])
}

/** How often Redis has run a command since it was started. */
export async function callsOf(redis: RedisProcess, command: string): Promise<number> {
  const report = String(await redis.ask('INFO', 'commandstats'))
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(report)?.[1] ?? 0)
}

/** How many listen on each channel of a node. */
export async function listening(redis: RedisProcess): Promise<number[]> {
  const channels = await redis.ask('PUBSUB', 'CHANNELS', 'scanlogin:node:*')
  const counts = await redis.ask('PUBSUB', 'NUMSUB', ...(Array.isArray(channels) ? channels.map(String) : []))
  return Array.isArray(counts) ? counts.filter((_, index) => index % 2 === 1).map(Number) : []
}

/** But for the one that asks. */
async function connections(redis: RedisProcess): Promise<number> {
  return (
    String(await redis.ask('CLIENT', 'LIST'))
      .trim()
      .split('\n').length - 1
  )
}
