/** `scanlogin bench` against the server's own process. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { apiKey, startServer } from '../start.ts'

const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))

describe('the bench command', () => {
  it('signs simulated browsers in, tells how far it is, and how long it took', async () => {
    const server = await startServer()
    try {
      const { code, stdout, stderr } = await run(
        [`${server.url}/v1`, '--seconds', '2', '--browsers', '4', '--json'],
        apiKey,
      )
      expect(code).toBe(0)
      const { signIns, failures, wake } = JSON.parse(stdout)
      expect(signIns).toBeGreaterThanOrEqual(4)
      expect(failures).toEqual({})
      expect(wake.p99).toBeGreaterThanOrEqual(wake.p50)
      expect(stderr).toMatch(/s left: \d+ sign-ins, 0 failures/)
    } finally {
      await server.stop()
    }
  })

  it('proves keys of its browsers where it is told to', async () => {
    const server = await startServer()
    try {
      // A proof names the address that the server is known by.
      const url = `http://localhost:${server.port}/v1`
      const { code, stdout } = await run([url, '--seconds', '1', '--browsers', '2', '--keys'], apiKey)
      expect([code, stdout.includes('no failures')]).toEqual([0, true])
    } finally {
      await server.stop()
    }
  })

  it('types the check code where the server asks for one', async () => {
    const server = await startServer({ SCANLOGIN_CHECK_CODE: '4' })
    try {
      const { code, stdout } = await run([`${server.url}/v1`, '--seconds', '1', '--browsers', '2'], apiKey)
      expect([code, stdout.includes('no failures')]).toEqual([0, true])
    } finally {
      await server.stop()
    }
  })

  it('says what fails, and ends with 1', async () => {
    const server = await startServer()
    try {
      const { code, stdout } = await run([`${server.url}/v1`, '--seconds', '1', '--browsers', '2'], 'k'.repeat(40))
      expect(code).toBe(1)
      expect(stdout).toMatch(/\d+ × scan was answered 401/)
    } finally {
      await server.stop()
    }
  })

  it('refuses what cannot be, all of it at once', () => {
    const { status, stderr } = spawnSync(process.execPath, [main, 'bench', '--browsers', '0'], {
      encoding: 'utf8',
      env: {},
    })
    expect(status).toBe(1)
    for (const name of ['--url', 'SCANLOGIN_API_KEY', '--browsers']) expect(stderr).toContain(`${name}:`)
  })
})

async function run(args: readonly string[], key: string) {
  const child = spawn(process.execPath, [main, 'bench', '--url', ...args], { env: { SCANLOGIN_API_KEY: key } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', piece => (stdout += piece))
  child.stderr.on('data', piece => (stderr += piece))
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}
