/** The simulator's pages in Chromium, built as users have them, with a site behind the callback address. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { startWechatSimulator, type WechatSimulator } from '../../packages/server/src/simulator/index.ts'
import { it } from '../browser/chromium.ts'
import { qrconnect } from './wechat.ts'

let wechat: WechatSimulator
let site: string
const callbacks: string[] = []
const server = createServer((request, response) => {
  if (request.url?.startsWith('/back')) callbacks.push(request.url)
  response.setHeader('content-type', 'text/html')
  response.end(`<!doctype html><link rel="icon" href="data:,"><p>${request.url === '/frame' ? frame() : 'Welcome'}</p>`)
})

beforeAll(async () => {
  wechat = await startWechatSimulator()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  // Proof: it listens on a port.
  site = `http://localhost:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  await wechat.stop()
})

const loginPage = (query = {}) => {
  const parameters = new URLSearchParams({ ...qrconnect, redirect_uri: `${site}/back`, ...query })
  return `${wechat.url}/open/connect/qrconnect?${parameters}`
}
const frame = () =>
  `<iframe sandbox="allow-scripts allow-same-origin allow-top-navigation" src="${loginPage().replaceAll('&', '&amp;')}"></iframe>`

describe('a website login in a browser', () => {
  it('is scanned and allowed on the phone, and ends on the site with a code and the state', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    const desk = await open(loginPage())
    await desk.getByText('Scan this code with the simulated phone.').waitFor()
    const phone = await open(`${wechat.url}/`)
    await phone.getByRole('button', { name: '阿橘🍊' }).click()
    await phone.getByRole('link', { name: /Simulated website/ }).click()
    await phone.getByRole('button', { name: '阿橘🍊' }).click()
    await phone.getByRole('button', { name: 'Scan' }).click()
    await desk.getByText('Scanned. Confirm on the phone.').waitFor()
    await phone.getByText('Scanned by 阿橘🍊').waitFor()
    await phone.getByRole('button', { name: 'Allow' }).click()
    await desk.waitForURL(/\/back\?code=\w{32}&state=abc123$/)
    await phone.getByText('Allowed. The browser goes on by itself.').waitFor()
  })

  it('stays on its page when it is refused, and may be scanned again', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    const desk = await open(loginPage())
    await desk.getByRole('status').getByText('Scan this code').waitFor()
    const uuid = wechat.control.website.codes().at(-1)?.uuid ?? ''
    wechat.control.website.scan(uuid, 'river')
    wechat.control.website.deny(uuid)
    await desk.getByText('You have refused.').waitFor()
    wechat.control.website.scan(uuid, 'river')
    await desk.getByText('Scanned. Confirm on the phone.').waitFor()
  })

  it('opens another code when its own has expired', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    const desk = await open(loginPage())
    const uuid = await desk.locator('meta[name=uuid]').getAttribute('content')
    wechat.control.website.expire(uuid ?? '')
    await desk.locator(`meta[name=uuid]:not([content="${uuid}"])`).waitFor({ state: 'attached' })
  })

  it('leads the whole window back from a frame', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    const desk = await open(`${site}/frame`)
    await desk.frameLocator('iframe').getByText('Scan this code with the simulated phone.').waitFor()
    wechat.control.website.signIn('river')
    await desk.waitForURL(/\/back\?code=/)
  })

  it('calls the site twice where that is asked for', async ({ newVisitor }) => {
    wechat.control.conduct({ callback: 'twice' })
    const { context } = await newVisitor()
    const desk = await context.newPage()
    await desk.goto(loginPage({ state: 'twice' }))
    await desk.getByText('Scan this code with the simulated phone.').waitFor()
    wechat.control.website.signIn('river')
    await desk.waitForURL(/\/back\?code=/)
    wechat.control.conduct({ callback: 'once' })
    expect(callbacks.filter(url => url.endsWith('state=twice'))).toHaveLength(2)
  })

  it('speaks Chinese to those who wish for it', async ({ newVisitor }) => {
    const { open } = await newVisitor({ locale: 'zh-CN' })
    const desk = await open(loginPage())
    await desk.getByText('请用模拟手机扫描此二维码。').waitFor()
    const phone = await open(`${wechat.url}/`)
    await phone.getByText('现在可以扫描的二维码').waitFor()
  })
})
