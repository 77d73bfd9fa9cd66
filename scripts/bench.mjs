/**
 * `npm run bench`: installs, builds, measures, and writes docs/performance.md. Arguments go to bench/main.mjs, with
 * `--peers` to bench/peers/main.mjs, which compares with other servers, with `--growth` to bench/growth/main.mjs, which
 * lets ever more browsers wait, on several runtimes, and with `--sessions` to bench/sessions/main.mjs, for what a session
 * costs; with `--expiry` to bench/expiry/main.mjs, for how late an expiry is known.
 */
import { build } from './build.mjs'
import { installPackages, run } from './prepare.mjs'

installPackages()
await build()
const folder = ['peers', 'growth', 'sessions', 'expiry'].find(name => process.argv.includes(`--${name}`))
run(process.execPath, [folder ? `bench/${folder}/main.mjs` : 'bench/main.mjs', ...process.argv.slice(2)])
