/** `scanlogin serve --demo --wechat`, as somebody types it who has no app id. */
import { describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../free-port.ts'
import { endServers, startServer } from '../server/server.ts'
import { jar } from './server-site.ts'

describe('the demo with WeChat', () => {
  it('signs in a person of the simulated WeChat, with one command and no settings', async () => {
    onTestFinished(endServers)
    const port = await freePort()
    const server = await startServer({ PORT: String(port), HOST: '127.0.0.1' }, ['serve', '--demo', '--wechat'])
    await server.written('The simulated WeChat')
    expect(server.output()).not.toContain('real phone')
    expect(server.output()).not.toContain('"level":40')
    const phone = /phone: (http:\/\/127\.0\.0\.1:\d+)\//.exec(server.output())?.[1] ?? ''
    const browser = jar(`http://localhost:${port}`)
    expect((await browser.get('/')).text).toContain('&#34;provider&#34;:&#34;wechat&#34;')
    const { location } = await browser.get('/connect/wechat/start')
    expect(location.startsWith(`${phone}/open/connect/qrconnect?`)).toBe(true)
    await (await fetch(location)).text()
    const fake = (path: string, body: unknown = {}) =>
      fetch(`${phone}/__fake${path}`, { method: 'POST', body: JSON.stringify(body) })
    const codes: unknown = await (await fetch(`${phone}/__fake/qr`)).json()
    const uuid = /"uuid":"(\w+)"/.exec(JSON.stringify(codes))?.[1]
    await fake(`/qr/${uuid}/scan`, { user: 'xiaoman' })
    const { callback } = await (await fake(`/qr/${uuid}/confirm`)).json()
    expect((await browser.get(callback)).location).toBe('/')
    expect(JSON.parse((await browser.get('/v1/session')).text).user.name).toBe('林小满')
  })

  it('is for the demo alone', async () => {
    onTestFinished(endServers)
    const started = startServer({ PORT: '1' }, ['serve', '--wechat'])
    await expect(started).rejects.toThrow('write serve --demo --wechat')
  })
})
