import { afterEach, describe, expect, it } from 'vitest'
import { endServers, startServer } from './server.ts'

afterEach(endServers)

const person = { accept: 'text/html' }

describe('a server that is asked for what it does not have', () => {
  it('shows a person a page in both languages with the way home, and tells a machine a code', async () => {
    const { url } = await startServer()
    const shown = await fetch(`${url}/none`, { headers: person })
    const html = await shown.text()
    expect([shown.status, shown.headers.get('cache-control')]).toEqual([404, 'no-store'])
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(html).toMatch(/There is nothing here.*此处没有内容/s)
    expect(html).toContain('href="/"')
    const told = await fetch(`${url}/none`)
    expect([told.status, await told.json()]).toEqual([404, expect.objectContaining({ code: 'not_found' })])
  })

  it('refuses to be sent a page, and says how pages are asked for', async () => {
    const { url } = await startServer()
    for (const path of ['/', '/s', '/sessions', '/healthz/live']) {
      const answer = await fetch(url + path, { method: 'POST', headers: person })
      expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD'])
    }
  })
})
