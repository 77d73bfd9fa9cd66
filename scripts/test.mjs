/** `npm test`: installs what the tests need, builds, checks and runs them all. Arguments go to the runner. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from './build.mjs'
import { check } from './check.mjs'
import { bin, installPackages, installPrograms, root, say } from './prepare.mjs'

installPackages()
installPrograms({
  caddy: 'caddy',
  chromium: 'chromium',
  curl: 'curl',
  haproxy: 'haproxy',
  nginx: 'nginx-light',
  openssl: 'openssl',
  pg_ctlcluster: 'postgresql',
  promtool: 'prometheus',
  python3: 'python3',
  'redis-server': 'redis-server',
  yq: 'yq',
})
await build()
check()

say('Testing …')
const first = run(process.argv.slice(2))
const failed = first.files.filter(({ status }) => status === 'failed').map(({ name }) => relative(root, name))
const second = failed.length > 0 && failed.every(isOfProcesses) ? again(failed) : undefined
const tests = [...first.files.filter(({ name }) => !second?.names.has(name)), ...(second?.files ?? [])].flatMap(
  ({ assertionResults }) => assertionResults,
)
process.stdout.write(`${count(tests, 'passed')} passed, ${count(tests, 'failed')} failed\n`)
process.exit((second ?? first).status)

/**
 * Tests of several real processes share one machine, whose pauses a fault test cannot tell from a fault: what fails there
 * is run once more with the machine to itself, and named. A step that is wrong, a race or a model fails at once.
 */
function isOfProcesses(file) {
  return file.startsWith('test/') && !file.startsWith('test/model/')
}

function again(files) {
  say(`Once more, alone: ${files.join(', ')}`)
  const result = run(['--no-file-parallelism', ...files])
  if (result.status === 0) say(`Passed only in the second run: ${files.join(', ')}`)
  return { ...result, names: new Set(files.map(file => join(root, file))) }
}

function run(args) {
  const results = join(root, 'node_modules', '.test-results.json')
  rmSync(results, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
  const { status } = spawnSync(bin('vitest'), ['run', ...reporters, ...args], { cwd: root, stdio: 'inherit' })
  return { status: status ?? 1, files: JSON.parse(readFileSync(results, 'utf8')).testResults }
}

function count(tests, status) {
  return tests.filter(test => test.status === status).length
}
