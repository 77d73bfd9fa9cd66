/** What a mini program holds ends by itself: on the clock of a server in this process. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { createLogin, memoryStore } from 'scanlogin'
import { createHandler } from 'scanlogin/http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openServerAccounts } from '../../packages/server/src/accounts/setup.ts'
import { readConfig } from '../../packages/server/src/config.ts'
import { miniRoutes } from '../../packages/server/src/connectors/mini/mount.ts'
import { phoneTokens } from '../../packages/server/src/connectors/mini/phone-tokens.ts'
import { openConnectors } from '../../packages/server/src/connectors/open.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { openMetrics } from '../../packages/server/src/metrics/metrics.ts'
import { mini, startWechat } from '../simulator/wechat.ts'
import { miniPath, miniSettings } from './mini-site.ts'

const publicUrl = 'https://id.example.com'

describe("a mini program's sign-in", () => {
  it('ends with the time of its ticket', async () => {
    const { clock, post, showCode, session } = await startSite()
    const { scene } = await showCode()
    await clock.advance(121_000)
    const late = await post(`${miniPath}/scan`, { scene }, await session())
    expect([late.status, late.body.code]).toEqual([410, 'ticket_expired'])
  })

  it('takes a token for ten minutes', async () => {
    const { clock, post, showCode, session } = await startSite()
    const token = await session()
    await clock.advance(599_000)
    const { scene } = await showCode()
    expect((await post(`${miniPath}/scan`, { scene }, token)).status).toBe(200)
    await clock.advance(2000)
    expect((await post(`${miniPath}/scan`, { scene }, token)).status).toBe(401)
  })

  it('takes a code of wx.login() for five', async () => {
    const { clock, post, jsCode } = await startSite()
    const js_code = jsCode()
    await clock.advance(301_000)
    expect((await post(`${miniPath}/session`, { js_code })).body.code).toBe('code_rejected')
  })
})

async function startSite() {
  const { clock, control, url, stop } = await startWechat()
  onTestFinished(() => stop())
  control.setApp({ appid: mini.appid, pages: ['pages/confirm/confirm'] })
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-mini-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const config = readConfig({
    ...miniSettings,
    SCANLOGIN_DATABASE: `file:${join(folder, 'accounts.db')}`,
    SCANLOGIN_WECHAT_API_URL: `${url}/api`,
  })
  const around = {
    config,
    store: memoryStore({ clock }),
    publicUrl,
    log: createLog('silent'),
    metrics: openMetrics(false),
  }
  const { mini: program, offers, sight } = openConnectors(around)
  const accounts = await openServerAccounts({ ...around, providers: offers })
  if (!program || !accounts) throw new Error('there is no mini program')
  onTestFinished(() => accounts.close())
  const tokens = phoneTokens({ ...around, accounts: accounts.accounts, available: accounts.available })
  const login = createLogin({ store: around.store, publicUrl, clock })
  const handler = createHandler(login, { authenticate: tokens.authenticate, signIn: () => ({}) })
  const site = new Hono().route(
    miniPath,
    miniRoutes({ ...around, mini: program, sight, tokens, accounts, handler, login }),
  )

  async function post(path: string, body: unknown, token?: string) {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const reply = await site.request(publicUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: reply.status, body: await reply.json() }
  }

  const jsCode = () => control.mini.login(mini.appid, 'xiaoman')
  return {
    clock,
    post,
    jsCode,
    session: async () => String((await post(`${miniPath}/session`, { js_code: jsCode() })).body.token),
    async showCode() {
      const headers = { 'content-type': 'application/json', origin: publicUrl }
      const created = await handler(new Request(`${publicUrl}/v1/tickets`, { method: 'POST', headers, body: '{}' }))
      const { id, user_code } = await created.json()
      const cookie = created.headers
        .getSetCookie()
        .map(set => set.split(';')[0])
        .join('; ')
      const body = JSON.stringify({ id, user_code })
      await site.request(`${publicUrl}${miniPath}/code`, { method: 'POST', headers: { ...headers, cookie }, body })
      return { scene: decodeURIComponent(control.mini.entries().at(-1)?.query.scene ?? '') }
    },
  }
}
