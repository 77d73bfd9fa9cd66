/**
 * `node scripts/soak.mjs`: random faults under load for twenty minutes, or as long as it is told to. Ends with 1 where a
 * promise was broken or something was not given back. docs/operations.md says how to read what it prints.
 *
 *     --minutes 20  --nodes 3  --lanes 8  --waiting 200  --gap 15  --seed <by chance>  --report <file>
 */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from './build.mjs'
import { bin, installPackages, installPrograms, root, say } from './prepare.mjs'

const numbers = { minutes: 20, nodes: 3, lanes: 8, waiting: 200, gap: 15, seed: Math.floor(Math.random() * 1e9) }
const { values } = parseArgs({
  options: {
    ...Object.fromEntries(Object.keys(numbers).map(name => [name, { type: 'string' }])),
    report: { type: 'string', default: join(tmpdir(), 'scanlogin-soak.json') },
    'no-build': { type: 'boolean', default: false },
  },
})
const options = { report: values.report }
for (const [name, usual] of Object.entries(numbers)) {
  options[name] = Number(values[name] ?? usual)
  if (!(options[name] > 0)) throw new TypeError(`--${name} must be a number above 0`)
}
if (options.nodes < 2) throw new TypeError('--nodes must be 2 or more: one is never killed')

if (!values['no-build']) {
  installPackages()
  installPrograms({ 'redis-server': 'redis-server' })
  await build()
}
say(`Soaking for ${options.minutes} minutes, --seed ${options.seed}; the report comes to ${options.report}`)
const child = spawn(bin('vitest'), ['run', '--config', 'test/soak/vitest.config.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, SCANLOGIN_SOAK: JSON.stringify(options) },
  // In a group of its own, so that all that it has started can be told to end.
  detached: true,
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.kill(-child.pid, signal))
child.on('exit', code => process.exit(code ?? 1))
