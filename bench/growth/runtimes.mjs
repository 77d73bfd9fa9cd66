/** The runtimes that the server is measured on: the one that runs the benchmark, and others that only this installs. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { run, say } from '../../scripts/prepare.mjs'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Programs by name, such as `Node 20.20.2`. */
export function findRuntimes() {
  if (!existsSync(`${folder}node_modules/.package-lock.json`)) {
    say('Installing the runtimes (once) …')
    run('npm', ['install', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: folder })
  }
  const inside = path => `${folder}node_modules/${path}`
  return Object.fromEntries([
    named('Node', process.execPath),
    named('Node', inside('node-24/bin/node')),
    named('Node', inside('node-26/bin/node')),
    named('Bun', inside('bun/bin/bun.exe')),
  ])
}

function named(kind, program) {
  const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '')
  return [`${kind} ${version}`, program]
}
