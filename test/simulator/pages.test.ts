/** The simulator's pages in Chromium, built as users have them, with a site behind the callback address. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { startWechatSimulator, type WechatSimulator } from '../../packages/server/src/simulator/index.ts'
import { it } from '../browser/chromium.ts'
import { startReceiver } from './receiver.ts'
import { account, mini, qrconnect } from './wechat.ts'

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

describe('the phone', () => {
  it('scans the code of an account, and shows what the account answers, with its links', async ({ newVisitor }) => {
    const receiver = await startReceiver()
    wechat.control.setApp({ appid: account.appid, push: { url: receiver.url } })
    const { openid } = wechat.control.identity('xiaoman', account.appid)
    receiver.answer = { status: 200, text: replyTo(openid, `Confirm: <a href="${site}/here">tap</a> <b>`) }
    const { url } = await post('qrcode/create', account, {
      action_name: 'QR_STR_SCENE',
      action_info: { scene: { scene_str: 'x' } },
    })
    const { open } = await newVisitor()
    const phone = await open(String(url))
    await phone.getByRole('heading', { name: 'A code of Simulated official account' }).waitFor()
    await phone.getByRole('button', { name: 'Scan' }).click()
    await phone.getByText('Confirm: tap <b>').waitFor()
    await phone.getByRole('link', { name: 'tap' }).click()
    await phone.waitForURL(`${site}/here`)
    await receiver.stop()
  })

  it('opens a mini program, and shows what its page is given', async ({ newVisitor }) => {
    const { url_link } = await post('../wxa/generate_urllink', mini, { path: 'pages/login/index', query: 's=1' })
    const { open } = await newVisitor()
    const phone = await open(String(url_link))
    await phone.getByRole('button', { name: 'Scan' }).click()
    await phone.getByText(/pages\/login\/index onLoad\(\{"s":"1"\}\) wx\.login\(\) → \w{32}/).waitFor()
  })

  it('allows a page to know who reads it, as whoever holds it', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    const phone = await open(`${wechat.url}/`)
    await phone.getByRole('button', { name: 'River' }).click()
    const query = new URLSearchParams({ ...qrconnect, appid: account.appid, redirect_uri: `${site}/back` })
    query.set('scope', 'snsapi_userinfo')
    await phone.goto(`${wechat.url}/open/connect/oauth2/authorize?${query}`)
    await phone.getByRole('heading', { name: /asks for your name and picture/ }).waitFor()
    await phone.getByRole('button', { name: 'River', pressed: true }).waitFor()
    await phone.getByRole('button', { name: 'Allow' }).click()
    await phone.waitForURL(/\/back\?code=\w{32}&state=abc123$/)
  })

  it('lists what can be scanned, and says why something cannot be', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    await open(loginPage())
    const { uuid } = wechat.control.website.codes().at(-1) ?? expect.fail('No code is open')
    const phone = await open(`${wechat.url}/open/connect/confirm?uuid=${uuid}`)
    await phone.getByRole('button', { name: 'Scan' }).waitFor()
    wechat.control.website.scan(uuid, 'aju')
    wechat.control.website.deny(uuid)
    wechat.control.website.expire(uuid)
    await phone.getByText('This code is not valid any more.').waitFor()
    await phone.getByRole('link', { name: 'All codes' }).click()
    await phone.getByRole('link', { name: /Official account/ }).waitFor()
  })
})

async function post(path: string, app: { appid: string; secret: string }, body: object) {
  const given = { grant_type: 'client_credential', ...app }
  const { access_token } = await postJson(`${wechat.url}/api/cgi-bin/stable_token`, given)
  return postJson(`${wechat.url}/api/cgi-bin/${path}?access_token=${access_token}`, body)
}

async function postJson(url: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return response.json()
}

function replyTo(openid: string, content: string): string {
  return `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[gh_000000000002]]></FromUserName><CreateTime>1760000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content></xml>`
}
