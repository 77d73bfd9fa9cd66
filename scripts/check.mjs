/** Types, runtime neutrality, and style: everything that can be told without running the code. */

import { build } from './build.mjs'
import { bin, installPackages, run, say } from './prepare.mjs'

export function check() {
  say('Checking types and style …')
  run(bin('tsc'), ['-p', 'packages/scanlogin/tsconfig.neutral.json'])
  run(bin('tsc'), ['-p', 'packages/scanlogin/tsconfig.browser.json'])
  run(bin('tsc'), ['-p', 'packages/server/tsconfig.pages.json'])
  run(bin('tsc'), ['-p', 'tsconfig.tests.json'])
  run(bin('biome'), ['check', '--error-on-warnings', '.'])
}

if (import.meta.url === `file://${process.argv[1]}`) {
  installPackages()
  await build()
  check()
}
