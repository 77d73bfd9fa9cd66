/** What every command needs first: the packages of the lock file, the build, and Debian's programs where asked for. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Installs the npm packages unless the ones of this lock file are there. */
export function installPackages() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  const stamp = join(root, 'node_modules', '.scanlogin-lock')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  say('Installing packages (once) …')
  // Not `npm ci`: it insists on the optional packages of every platform, which a lock file made on one need not list.
  run('npm', ['install', '--no-save', '--no-fund', '--no-audit', '--loglevel=error'])
  writeFileSync(stamp, lock)
}

/** Makes sure that programs of Debian packages are there: `{ chromium: 'chromium' }` is program to package. */
export function installPrograms(programs) {
  const missing = Object.entries(programs).filter(([program]) => !isOnPath(program))
  if (missing.length === 0) return
  const packages = missing.map(([, name]) => name)
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (process.getuid?.() !== 0 || !isOnPath('apt-get')) {
    fail(`These programs are needed and missing: ${packages.join(', ')}. As root on Debian: ${command}`)
  }
  say(`Installing ${packages.join(', ')} (once) …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
  run('apt-get', command.split(' ').slice(1), { env, stdio: ['ignore', 'ignore', 'inherit'] })
}

export function run(program, args, options = {}) {
  try {
    execFileSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  } catch (error) {
    fail(
      `"${program} ${args.join(' ')}" failed${error.status ? ` with exit code ${error.status}` : `: ${error.message}`}`,
    )
  }
}

export function bin(name) {
  return join(root, 'node_modules', '.bin', name)
}

export function say(text) {
  process.stderr.write(`${text}\n`)
}

function isOnPath(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

function fail(text) {
  say(text)
  process.exit(1)
}

export function ensureFolder(path) {
  mkdirSync(path, { recursive: true })
}
