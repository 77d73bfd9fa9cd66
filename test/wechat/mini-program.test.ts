/** The example mini program: its own script, on a phone that does real calls to the server. */
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { mini } from '../simulator/wechat.ts'
import { type MiniSite, post, startMiniSite } from './mini-site.ts'

const folder = new URL('../../examples/wechat-mini-program/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

describe('the example mini program', () => {
  it('signs the browser in once the button is pressed, and not before', async () => {
    const site = await startMiniSite()
    const { browser, scene } = await site.showCode()
    const page = await openPage(site, 'xiaoman', scene)
    expect(page.data).toMatchObject({
      view: 'question',
      question: { site: expect.stringMatching(/\w/), address: '127.0.0.1', browser: expect.stringMatching(/, /) },
    })
    expect((await browser.redeem()).status).toBe(409)
    await page.confirm()
    expect(page.data).toMatchObject({ view: 'ending', ending: 'Confirmed: look at the browser.' })
    expect((await browser.redeem()).body.user?.id).toMatch(/^a_/)
  })

  it('signs nobody in after "not me", whatever is pressed then', async () => {
    const site = await startMiniSite()
    const { browser, scene } = await site.showCode()
    const page = await openPage(site, 'xiaoman', scene, 'zh_CN')
    await page.deny()
    expect(page.data.ending).toBe('已拒绝，没有人登录。')
    await page.confirm()
    expect((await browser.read()).body.state).toBe('denied')
  })

  it('shows the digits that the browser asks for', async () => {
    const site = await startMiniSite({ SCANLOGIN_CHECK_CODE: '4' })
    const { browser, scene } = await site.showCode()
    const page = await openPage(site, 'xiaoman', scene)
    await page.confirm()
    expect(page.data).toMatchObject({ ending: 'One more step: look at the browser.' })
    await browser.verify(String(page.data.checkCode))
    expect((await browser.redeem()).status).toBe(200)
  })

  it('tells the second who opens it, and whoever comes too late, why there is no question', async () => {
    const site = await startMiniSite()
    const { browser, scene } = await site.showCode()
    await openPage(site, 'xiaoman', scene)
    const second = await openPage(site, 'aju', scene)
    expect(second.data).toMatchObject({ view: 'ending', ending: expect.stringContaining('Somebody else') })
    await browser.cancel()
    const late = await openPage(site, 'xiaoman', scene)
    expect(late.data.ending).toBe('The browser has cancelled the sign-in.')
    const lost = await openPage(site, 'xiaoman', '')
    expect(lost.data.ending).toBe('Scan the sign-in code of the website.')
  })

  it('says so where WeChat or the network has no answer', async () => {
    const site = await startMiniSite()
    const { scene } = await site.showCode()
    site.control.fault({ match: 'jscode2session', action: 'errcode', errcode: 40226 })
    const refused = await openPage(site, 'xiaoman', scene)
    expect(refused.data.ending).toBe('WeChat does not let this person sign in.')
    const offline = await openPage({ ...site, server: { ...site.server, url: 'http://127.0.0.1:1' } }, 'xiaoman', scene)
    expect(offline.data.ending).toContain('There is no connection')
  })

  it('has both languages for everything it says, and a function behind every button', () => {
    const script = runPage({ server: '' })
    const { chinese, english } = script.words
    expect(shapeOf(chinese)).toEqual(shapeOf(english))
    const markup = read('pages/confirm/confirm.wxml')
    const buttons = [...markup.matchAll(/bindtap="(\w+)"/g)].map(([, name = '']) => name)
    expect(buttons.filter(name => typeof script.page[name] !== 'function')).toEqual([])
    expect(JSON.parse(read('app.json')).pages).toEqual(['pages/confirm/confirm'])
  })
})

type Words = Record<string, unknown>

interface MiniPage extends Record<string, unknown> {
  data: Record<string, unknown>
  setData(change: Record<string, unknown>): void
  onLoad(query: { scene: string }): Promise<void>
  confirm(): Promise<void>
  deny(): Promise<void>
}

async function openPage(
  { control, server }: Pick<MiniSite, 'control' | 'server'>,
  person: string,
  scene: string,
  language = 'en',
) {
  const login = ({ success }: { success: (result: { code: string }) => void }) =>
    success({ code: control.mini.login(mini.appid, person) })
  const { page } = runPage({ server: server.url, wx: { login, request, getAppBaseInfo: () => ({ language }) } })
  await page.onLoad({ scene: encodeURIComponent(scene) })
  return page
}

/** As WeChat's client runs it: `App` and `Page` register, and a page's data change by `setData`. */
function runPage({ server, wx = {} }: { server: string; wx?: object }): {
  page: MiniPage
  words: { chinese: Words; english: Words }
} {
  let app = { globalData: { server: '' } }
  let page: MiniPage | undefined
  const world = {
    wx,
    decodeURIComponent,
    App: (given: typeof app) => {
      app = given
    },
    Page: (given: MiniPage) => {
      page = given
    },
    getApp: () => app,
  }
  runInNewContext(read('app.js'), world)
  app.globalData.server = server
  const words = runInNewContext(`${read('pages/confirm/confirm.js')}\n;({ chinese, english })`, world)
  if (!page) throw new Error('the script has registered no page')
  const opened = page
  opened.setData = change => Object.assign(opened.data, change)
  return { page: opened, words }
}

interface WxRequest {
  url: string
  data: unknown
  header: Record<string, string>
  success(reply: { statusCode: number; data: unknown }): void
  fail(): void
}

function request({ url, data, header, success, fail }: WxRequest): void {
  post(url, data, header).then(({ status, body }) => success({ statusCode: status, data: body }), fail)
}

/** The names in it, without what they say. */
function shapeOf(words: Words): unknown {
  return Object.entries(words).map(([name, value]) =>
    typeof value === 'object' && value !== null ? [name, Object.keys(value)] : name,
  )
}
