/** `scanlogin simulate wechat`, as somebody types it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { account, mini, website } from './wechat.ts'

const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))

describe('the command', () => {
  it('says where it listens and which apps there are, works, and ends when it is told to', async () => {
    const simulator = spawn(process.execPath, [main, 'simulate', 'wechat', '--port', '0'])
    let shown = ''
    simulator.stdout.on('data', piece => {
      shown += piece
    })
    await expect.poll(() => shown, { timeout: 20_000 }).toContain('Ctrl-C')
    const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(shown)?.[1]
    for (const { appid, secret } of [website, account, mini])
      expect(shown).toMatch(new RegExp(`id +${appid}\\n +secret +${secret}`))
    const refused = await fetch(`${url}/api/sns/auth`)
    expect(await refused.json()).toMatchObject({ errcode: 41001 })
    expect(await (await fetch(`${url}/`)).text()).toContain('<html lang="zh-CN">')
    simulator.kill('SIGTERM')
    expect(await once(simulator, 'exit')).toEqual([0, null])
  })

  it('starts several services, each on a port of its own', async () => {
    const all = ['wechat', 'alipay', 'dingtalk', 'feishu', 'qq', 'wecom']
    const simulator = spawn(process.execPath, [main, 'simulate', ...all, '--port', '0'])
    let shown = ''
    simulator.stdout.on('data', piece => {
      shown += piece
    })
    await expect.poll(() => shown, { timeout: 20_000 }).toContain('Ctrl-C')
    const urls = [...shown.matchAll(/^listening on (.*)$/gm)].map(match => match[1])
    expect(new Set(urls).size).toBe(all.length)
    expect(await (await fetch(`${urls[5]}/qyapi/cgi-bin/gettoken`)).json()).toMatchObject({ errcode: 41002 })
    simulator.kill('SIGINT')
    expect(await once(simulator, 'exit')).toEqual([0, null])
  })

  it.each([
    [['simulate'], 'write which service'],
    [['simulate', 'constructor'], 'write which service'],
    [['simulate', 'telegraph'], 'write which service'],
    [['simulate', 'wechat', '--port', 'many'], '--port: write a whole number'],
    [['simulate', 'wechat', '--port', '65536'], '--port: write a whole number'],
  ])('refuses %j and says what to write', async (words, problem) => {
    const simulator = spawn(process.execPath, [main, ...words])
    let shown = ''
    simulator.stderr.on('data', piece => {
      shown += piece
    })
    expect(await once(simulator, 'exit')).toEqual([1, null])
    expect(shown).toContain(problem)
    expect(shown).not.toContain('configuration')
  })
})
