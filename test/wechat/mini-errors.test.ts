/** What WeChat may refuse a mini program's server, and what its callers hear of it. */
import { describe, expect, it } from 'vitest'
import { until } from '../connectors/wechat.ts'
import { type MiniSite, miniPath, startMiniSite } from './mini-site.ts'

/** The sheet's errors for each call, and what becomes of them. */
const session = {
  '-1': 'provider_busy',
  40001: 'misconfigured',
  40013: 'misconfigured',
  40029: 'code_rejected',
  40125: 'misconfigured',
  40163: 'code_rejected',
  40226: 'person_refused',
  41002: 'misconfigured',
  41008: 'misconfigured',
  42003: 'code_rejected',
  45011: 'provider_busy',
  99999: 'provider_unintelligible',
} as const
const picture = {
  '-1': 'provider_busy',
  40097: 'misconfigured',
  40169: 'misconfigured',
  41030: 'misconfigured',
  45009: 'provider_busy',
  48001: 'misconfigured',
  85096: 'provider_unintelligible',
} as const

describe.each([
  ['jscode2session', session, askForSession],
  ['getwxacodeunlimit', picture, askForPicture],
] as const)('a refusal of %s', (path, errors, ask) => {
  it('is an answer in our words, with a number for the log alone', async () => {
    const site = await startMiniSite()
    for (const [errcode, code] of Object.entries(errors)) {
      site.control.fault({ match: path, action: 'errcode', errcode: Number(errcode), times: errcode === '-1' ? 3 : 1 })
      const answer = await ask(site)
      expect([errcode, answer.body.code]).toEqual([errcode, code])
      expect(answer.text).not.toContain(errcode)
      await until(() => site.server.lines.some(line => line.includes(`"errcode":"${errcode}"`)))
    }
  })

  it('with -1 is asked again', async () => {
    const site = await startMiniSite()
    site.control.fault({ match: path, action: 'busy', times: 2 })
    expect((await ask(site)).status).toBe(200)
  })

  it.each([
    ['html200', 'provider_unintelligible'],
    ['redirect302', 'provider_unintelligible'],
    ['http500', 'provider_unintelligible'],
    ['resetAfter', 'provider_unreachable'],
  ] as const)('in no form of WeChat’s is one as well: %s', async (action, code) => {
    const site = await startMiniSite()
    site.control.fault({ match: path, action })
    expect((await ask(site)).body.code).toBe(code)
  })
})

describe('the picture', () => {
  it.each([40001, 40014, 42001])('is asked for with the next token after %i', async errcode => {
    const site = await startMiniSite()
    site.control.fault({ match: 'getwxacodeunlimit', action: 'errcode', errcode })
    expect((await askForPicture(site)).status).toBe(200)
    expect(site.control.calls('getwxacodeunlimit')).toHaveLength(2)
  })

  it('is refused where the page is in no published version', async () => {
    const site = await startMiniSite({ SCANLOGIN_WECHAT_MINI_PAGE: 'pages/nowhere/nowhere' })
    expect((await askForPicture(site)).body.code).toBe('misconfigured')
  })
})

async function askForSession({ call, jsCode }: MiniSite) {
  return call(`${miniPath}/session`, { js_code: jsCode('xiaoman') })
}

async function askForPicture({ showCode }: MiniSite) {
  return (await showCode()).asked
}
