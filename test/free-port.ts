import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 that nobody listens on, for a program that is started with it. It is none of those that the system
 * gives to connections (from 32768 on, as Linux is set up), and of a hundred that this worker of the run has to itself:
 * otherwise somebody else has it now and then before the program does.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < own; tries++) {
    const port = first + (next++ % own)
    if (await isFree(port)) return port
  }
  throw new Error(`no port from ${first} to ${first + own - 1} is free`)
}

const own = 100
const first = 20_000 + (Number(process.env.VITEST_POOL_ID ?? 0) % 120) * own
// Not the ones that the file before has just used.
let next = process.pid % own

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
