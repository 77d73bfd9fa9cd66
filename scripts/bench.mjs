/** `npm run bench`: installs, builds, measures, and writes docs/performance.md. Arguments go to bench/main.mjs. */
import { build } from './build.mjs'
import { installPackages, run } from './prepare.mjs'

installPackages()
await build()
run(process.execPath, ['bench/main.mjs', ...process.argv.slice(2)])
