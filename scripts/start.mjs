/** Starts the built server with the arguments given, passes signals on, and ends as it ends. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build } from './build.mjs'
import { installPackages, root } from './prepare.mjs'

export async function start(args) {
  installPackages()
  await build()
  const main = join(root, 'packages/server/dist/main.js')
  const server = spawn(process.execPath, [main, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal))
  server.on('exit', code => process.exit(code ?? 1))
}
