/**
 * Writes down what this version of the library keeps in a store, for the tests of all later ones: tickets in every state,
 * sessions, known browsers and keys, and what the people hold who are in the middle of it.
 *
 *     node scripts/record/entries.mjs                      # test/upgrades/recorded/<version>.json, from the build that is there
 *     node scripts/record/entries.mjs --library <dist> --name <name>
 *
 * It stands in 2100, so that nothing of it is ever over.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { root } from '../prepare.mjs'
import { actIn, keepIn } from './scenes.mjs'

const { values } = parseArgs({
  options: {
    library: { type: 'string', default: join(root, 'packages/scanlogin/dist') },
    name: { type: 'string' },
    replace: { type: 'boolean', default: false },
  },
})
const { version } = JSON.parse(readFileSync(join(root, 'packages/scanlogin/package.json'), 'utf8'))
const name = values.name ?? version
const file = join(root, 'test/upgrades/recorded', `${name}.json`)
if (existsSync(file) && !values.replace) {
  // What a version that people run has written does not change any more.
  throw new Error(`${file} is there; --replace is for a version that nobody runs yet`)
}

const door = part => import(pathToFileURL(join(resolve(values.library), `${part}.js`)).href)
const library = { ...(await door('index')), ...(await door('redis')), ...(await door('session')) }
const at = Date.UTC(2100, 0, 1)
await withRedis(async client => {
  const entries = {}
  const store = recording(library.redisStore(library.fromIoredis(client)), entries)
  // A node knows the time of Redis once its first command is answered.
  await store.get('first')
  const tickets = await actIn({ library, store, at })
  const kept = await keepIn({ library, store, at })
  await store.close()
  const redis = await textsIn(client)
  writeFileSync(file, `${JSON.stringify({ name, at, tickets, ...kept, entries, redis }, null, 2)}\n`)
})
process.stderr.write(`${file}\n`)

/** What is written goes into `entries` as well. */
function recording(store, entries) {
  return {
    ...store,
    async put(key, entry, only) {
      const written = await store.put(key, entry, only)
      if (written) entries[key] = entry
      return written
    },
  }
}

async function textsIn(client) {
  const keys = (await client.keys('scanlogin:*')).sort()
  const texts = await Promise.all(keys.map(async key => [key, await client.get(key)]))
  return Object.fromEntries(texts)
}

async function withRedis(work) {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-record-'))
  const port = 20_000 + Math.floor(Math.random() * 10_000)
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  const server = spawn('redis-server', settings, { stdio: 'ignore' })
  const ended = once(server, 'exit')
  const client = new Redis({ port, host: '127.0.0.1' })
  client.on('error', () => {})
  try {
    // It tries until the server is there.
    await new Promise(ready => client.once('ready', ready))
    await work(client)
  } finally {
    client.disconnect()
    server.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true })
  }
}
