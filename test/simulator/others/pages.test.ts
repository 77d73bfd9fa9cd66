/** The page with the code, of a service other than WeChat, in Chromium. */
import { afterAll, beforeAll, describe } from 'vitest'
import { startWecomSimulator } from '../../../packages/server/src/simulator/wecom/start.ts'
import { it } from '../../browser/chromium.ts'

let wecom: Awaited<ReturnType<typeof startWecomSimulator>>
beforeAll(async () => {
  wecom = await startWecomSimulator({ callbackDomain: '127.0.0.1' })
})
afterAll(() => wecom.stop())

const loginPage = () => {
  const [app] = wecom.control.apps()
  const query = new URLSearchParams({
    login_type: 'CorpApp',
    appid: app?.id ?? '',
    agentid: app?.agentId ?? '',
    redirect_uri: `${wecom.url}/`,
    state: 'abc123',
  })
  return `${wecom.url}/login/wwlogin/sso/login?${query}`
}

describe('a login page', () => {
  it('is scanned and allowed on the phone, and leads back with a code', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    const desk = await open(loginPage())
    await desk.getByRole('heading', { name: 'Sign in to Simulated company app with WeCom' }).waitFor()
    await desk.getByText('Scan this code with the simulated phone.').waitFor()
    const phone = await open(`${wecom.url}/`)
    await phone.getByRole('link', { name: /Simulated company app/ }).click()
    await phone.getByRole('button', { name: 'Scan' }).click()
    await desk.getByText('Scanned. Confirm on the phone.').waitFor()
    await phone.getByRole('button', { name: 'Allow' }).click()
    await desk.waitForURL(/\?code=\w+&state=abc123$/)
  })

  it('says that it was refused, and opens another code when its own has expired', async ({ newVisitor }) => {
    const { open } = await newVisitor()
    const desk = await open(loginPage())
    const { id = '' } = wecom.control.visits().at(-1) ?? {}
    wecom.control.scan(id, 'aju')
    wecom.control.deny(id)
    await desk.getByText('You have refused.').waitFor()
    await wecom.control.clock.advance(300_000)
    await desk.locator(`meta[name=visit]:not([content="${id}"])`).waitFor({ state: 'attached' })
  })
})
