/** A Redis that refuses the password: what the log says of it must not be the password. */
import { createServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { startServer } from '../start.ts'

const ends: (() => unknown)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it('T18: keeps the password of the store out of the log when the store refuses it', async () => {
  const port = await freePort()
  const redis = createServer(socket => {
    ends.push(() => socket.destroy())
    socket.on('error', () => {})
    socket.on('data', () => socket.write('-WRONGPASS invalid username-password pair or user is disabled.\r\n'))
  })
  redis.listen(port, '127.0.0.1')
  ends.push(() => redis.close())
  const running = await startServer({ SCANLOGIN_STORE: `redis://:the-password-of-redis@127.0.0.1:${port}` })
  ends.push(() => running.stop())
  await expect.poll(() => running.lines.join('\n'), { timeout: 10_000 }).toContain('the store connection failed')
  expect(running.lines.join('\n')).not.toContain('the-password-of-redis')
})
