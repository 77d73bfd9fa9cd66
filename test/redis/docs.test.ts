/** The programs of docs/redis.md, run as they stand but for the addresses. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endRedis, startRedis } from './servers/child.ts'
import { startCluster } from './servers/cluster.ts'
import { startSentinelSet } from './servers/sentinel.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/redis.md'), 'utf8')
const programs = [...page.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)
const [settings] = /^const settings = \{[\s\S]*?^\}$/m.exec(programs[0] ?? '') ?? []

let ports: readonly number[]

beforeAll(async () => {
  const [single, sentinel, cluster] = await Promise.all([startRedis(), startSentinelSet(), startCluster()])
  ports = [single.port, single.port, sentinel.sentinels[0]?.port ?? 0, cluster.nodes[0]?.port ?? 0]
})

afterAll(endRedis)

describe('docs/redis.md', () => {
  it('shows four clients', () => {
    expect(programs).toHaveLength(4)
  })

  it.each([
    [0, 'ioredis'],
    [1, 'node-redis'],
    [2, 'Sentinel'],
    [3, 'Cluster'],
  ])('makes a store that works, program %d: %s', async (index, name) => {
    const given = index > 1 ? `${settings}\n` : ''
    const code = (programs[index] ?? '')
      .replaceAll('localhost', '127.0.0.1')
      .replace(/\b(26379|6379)\b/, `${ports[index]}`)
    const folder = join(root, 'node_modules', '.redis-docs')
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${name}.mjs`)
    writeFileSync(file, given + code + use)
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(errors).toBe('')
    expect(output).toBe('one\nrang\n')
  })
})

/** What a program does with its store. */
const use = `
await new Promise(resolve => (client.status === 'ready' || client.isReady ? resolve() : client.once('ready', resolve)))
const key = crypto.randomUUID()
await store.get(key)
const entry = { version: 1, expiresAt: Date.now() + 60_000, value: 'one' }
await store.put(key, entry)
await new Promise((resolve, reject) => {
  store.watch(key, resolve).then(watch => {
    console.log(watch.entry.value)
    return store.put(key, { ...entry, version: 2 })
  }).catch(reject)
})
console.log('rang')
await store.close()
if (client.destroy) client.destroy()
else client.disconnect()
`
