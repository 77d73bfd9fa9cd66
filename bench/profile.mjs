/**
 * Where the server's time goes while it does nothing but sign people in: self time by function, hottest first.
 *
 *     node bench/profile.mjs [scanlogin|floor] [seconds]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startLoad } from './load/start.mjs'
import { startTarget } from './target.mjs'

const [name = 'scanlogin', seconds = '8'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'))
try {
  const server = await startTarget(name, {
    node: ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200'],
  })
  const signIns = await drive(server)
  await server.stop()
  const [file] = readdirSync(folder)
  print(JSON.parse(readFileSync(join(folder, file), 'utf8')), signIns)
} finally {
  rmSync(folder, { recursive: true })
}

async function drive({ address }) {
  const load = startLoad('signIns', address)
  await load.ask('start', { concurrency: 64 })
  await pause(Number(seconds) * 1000)
  await load.ask('stop')
  const { done } = await load.ask('count')
  load.end()
  return done
}

function print({ nodes, samples, timeDeltas }, signIns) {
  const micros = new Map()
  for (const [i, id] of samples.entries()) micros.set(id, (micros.get(id) ?? 0) + timeDeltas[i])
  const byFunction = new Map()
  let busy = 0
  for (const { id, callFrame } of nodes) {
    const spent = micros.get(id) ?? 0
    const place = placeOf(callFrame)
    if (callFrame.functionName === '(idle)') continue
    busy += spent
    byFunction.set(place, (byFunction.get(place) ?? 0) + spent)
  }
  const each = micros =>
    `${(micros / signIns).toFixed(1).padStart(6)} µs ${((micros / busy) * 100).toFixed(1).padStart(5)} %`
  console.log(`${each(busy)}  of one sign-in (${signIns} of them)`)
  const hottest = [...byFunction].sort(([, a], [, b]) => b - a).slice(0, 60)
  for (const [place, spent] of hottest) console.log(`${each(spent)}  ${place}`)
}

function placeOf({ functionName, url, lineNumber }) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const file = url.startsWith('file://') ? relative(root, fileURLToPath(url)) : url
  return `${functionName || '(anonymous)'}  ${file}${file ? `:${lineNumber + 1}` : ''}`
}
