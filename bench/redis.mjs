/** A Redis of the benchmark's own, on a free port, that keeps nothing; and what it says of the commands it was sent. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { lowerCores } from './cores.mjs'
import { cpuSeconds, freePort } from './target.mjs'

export async function startRedis() {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'))
  const options = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const command = [...lowerCores(), 'redis-server', ...options.map(String)]
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] })
  const exit = once(child, 'exit')
  const reap = () => child.kill('SIGKILL')
  process.on('exit', reap)
  await answering(port, child)
  return {
    url: `redis://127.0.0.1:${port}`,
    cpuSeconds: () => cpuSeconds(child.pid),
    info: section => ask(port, `INFO ${section}`),
    /** Commands that clients send while `during` runs, by name. Those that scripts call are not among them. */
    commandsDuring: during => watchCommands(port, during),
    async stop() {
      child.kill('SIGTERM')
      await exit
      process.off('exit', reap)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answering(port, child) {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) break
    const pong = await ask(port, 'PING').catch(() => '')
    if (pong.includes('PONG')) return
    await pause(50)
  }
  throw new Error('redis-server did not start')
}

async function ask(port, command) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('latin1').on('data', piece => {
    text += piece
  })
  // An answer may come in pieces; after QUIT the server closes, and then it is whole.
  socket.write(`${command}\r\nQUIT\r\n`)
  await once(socket, 'close')
  return text
}

/**
 * `INFO commandstats` counts what scripts call along with what clients send, and MONITOR tells them apart; but MONITOR
 * slows Redis down, so it runs for moments only.
 */
async function watchCommands(port, during) {
  const socket = connect(port, '127.0.0.1')
  const counts = {}
  let rest = ''
  socket.setEncoding('latin1').on('data', piece => {
    const lines = (rest + piece).split('\r\n')
    rest = lines.pop()
    for (const line of lines) {
      const [, client, name] = /^\+[\d.]+ \[\d+ ([^\]]+)\] "([^"]+)"/.exec(line) ?? []
      if (client && client !== 'lua') counts[name.toLowerCase()] = (counts[name.toLowerCase()] ?? 0) + 1
    }
  })
  socket.write('MONITOR\r\n')
  await once(socket, 'data')
  await during()
  socket.destroy()
  return counts
}
