/** The runtimes that the server is measured on: the one that runs the benchmark, and others that only this installs. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run, say } from '../../scripts/prepare.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))

const inside = path => `${folder}node_modules/${path}`

/** There once the runtimes are installed. */
export const bunProgram = inside('bun/bin/bun.exe')

/** Programs by name, such as `Node 20.20.2`. */
export function findRuntimes() {
  installRuntimes()
  return Object.fromEntries([
    named('Node', process.execPath),
    named('Node', inside('node-24/bin/node')),
    named('Node', inside('node-26/bin/node')),
    named('Bun', bunProgram),
  ])
}

export function installRuntimes() {
  if (existsSync(inside('.package-lock.json'))) return
  say('Installing the runtimes (once) …')
  run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: folder })
}

function named(kind, program) {
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '')
  return [`${kind} ${version}`, program]
}
