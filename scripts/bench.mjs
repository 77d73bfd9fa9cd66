/**
 * `npm run bench`: installs, builds, measures, and writes docs/performance.md. Arguments go to bench/main.mjs, and with
 * `--peers` to bench/peers/main.mjs, which compares with other servers.
 */
import { build } from './build.mjs'
import { installPackages, run } from './prepare.mjs'

installPackages()
await build()
const file = process.argv.includes('--peers') ? 'bench/peers/main.mjs' : 'bench/main.mjs'
run(process.execPath, [file, ...process.argv.slice(2)])
