/** `npm test`: installs what the tests need, builds, checks and runs them all. Arguments go to the runner. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
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
const results = join(root, 'node_modules', '.test-results.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
const { status } = spawnSync(bin('vitest'), ['run', ...reporters, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
})
const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(results, 'utf8'))
process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed\n`)
process.exit(status ?? 1)
