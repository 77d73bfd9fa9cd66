/** What strangers may write to the addresses of the connectors. */
import { describe, expect, it } from 'vitest'
import { startServerSite } from '../connectors/server-site.ts'

describe('the address of a provider that is not there', () => {
  it('puts no words on a page of this site', async () => {
    const site = await startServerSite({ SCANLOGIN_SIGN_INS_PER_NETWORK: '1', SCANLOGIN_TRUSTED_PROXIES: '1' })
    const address = `/connect/${encodeURIComponent('Call 555 0100 to keep your account')}`
    // The second beginning is one too many.
    for (const [path, status] of [
      [address, 404],
      [`${address}/start`, 404],
      [`${address}/start`, 429],
    ] as const) {
      const reply = await site.newJar().get(path, { 'x-forwarded-for': '198.51.100.7' })
      expect([reply.status, reply.text.includes('555 0100')]).toEqual([status, false])
    }
  })
})

describe('a body that is too long', () => {
  it('is the mistake of whoever sends it, and nothing in the log of failures', async () => {
    const site = await startServerSite()
    const address = `${site.server.url}/connect/wechat/access-token`
    const reply = await fetch(address, { method: 'POST', body: 'a'.repeat(20_000) })
    expect([reply.status, (await reply.json()).code]).toEqual([413, 'payload_too_large'])
    expect(site.server.lines.join('\n')).not.toContain('"level":50')
  })
})
