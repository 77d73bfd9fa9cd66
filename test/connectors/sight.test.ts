/**
 * Every way in which a person may come by somebody else, through one server with all of them set up: what the metrics
 * count, what the traces and the log show, and that no secret, code, token or openid is among it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SpanKind } from '@opentelemetry/api'
import { type App, readConfig, startApp } from '@scanlogin/server'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { type Cast, startCast, userAgents } from '../providers/cast.ts'
import { account, mini } from '../simulator/wechat.ts'
import { apiKey } from '../start.ts'
import { openRecorder } from '../tracing/recorder.ts'
import { miniPeople, miniSettings } from '../wechat/mini-site.ts'
import { accountPath, linkIn, showSceneCode, wechatPhone } from '../wechat/site.ts'
import { jar } from './server-site.ts'
import { until } from './wechat.ts'

const recorder = openRecorder()
const folder = mkdtempSync(join(tmpdir(), 'scanlogin-sight-'))
const lines: string[] = []
/** Whatever has been seen that opens something, or says who somebody is. */
const secrets = new Set<string>()
let cast: Cast
let app: App
let port: number

beforeAll(async () => {
  cast = await startCast()
  port = await freePort()
  const aesKey = 'simulatedAesKey0123456789abcdefghijklmnopqr'
  const config = readConfig({
    ...cast.env,
    ...miniSettings,
    PORT: String(await freePort()),
    SCANLOGIN_DATABASE: `file:${join(folder, 'accounts.db')}`,
    SCANLOGIN_WECHAT_PUSH_TOKEN: 'simulatedPushToken',
    SCANLOGIN_WECHAT_PUSH_KEY: aesKey,
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_METRICS: String(port),
  })
  app = await startApp({ config, log: pino({ level: 'debug' }, { write: line => void lines.push(line) }) })
  const push = { url: `${app.url}${accountPath}/push`, mode: 'safe', aesKey } as const
  cast.wechat.control.setApp({ appid: account.appid, push })
  for (const [, secret = ''] of cast.env.SCANLOGIN_PROVIDERS.matchAll(
    /"(?:clientSecret|secret|privateKey)":"([^"]+)"/g,
  ))
    secrets.add(secret)
  for (const secret of [mini.secret, aesKey, 'simulatedPushToken']) secrets.add(secret)
})

afterAll(async () => {
  await app?.stop()
  await cast?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The call that takes the code, as metrics and traces name it. */
const websites = {
  wechat: '/api/sns/oauth2/access_token',
  alipay: 'alipay.system.oauth.token',
  dingtalk: '/api/v1.0/oauth2/userAccessToken',
  feishu: '/open/open-apis/authen/v2/oauth/token',
  qq: '/graph/oauth2.0/token',
  wecom: '/qyapi/cgi-bin/auth/getuserinfo',
} as const
type Provider = keyof typeof websites

// Proof: these are the very keys that the type is made of.
const providers = Object.keys(websites) as Provider[]

describe.each(providers)('a sign-in by %s', provider => {
  it('is counted, traced call by call, and told of', async () => {
    startOver()
    await arrive(provider)
    const shown = await metrics()
    expect(shown).toContain(attempts(provider, 'website', 'started', ''))
    expect(shown).toContain(attempts(provider, 'website', 'identified', ''))
    expect(shown).toMatch(call(provider, websites[provider]))
    const asked = recorder.span(`${provider} ${websites[provider]}`)
    expect(asked.kind).toBe(SpanKind.CLIENT)
    expect(asked.attributes).toMatchObject({ 'scanlogin.provider': provider, 'http.response.status_code': 200 })
    const callback = recorder.span('GET /connect/{provider}')
    expect(callback.kind).toBe(SpanKind.SERVER)
    expect(asked.parentSpanContext?.spanId).toBe(callback.spanContext().spanId)
    expect(told({ event: 'connector_identified', provider, way: 'website' })).toHaveLength(1)
  })

  it('that the provider has refused is counted by what it came to', async () => {
    startOver()
    const match = websites[provider].startsWith('/') ? websites[provider].replace(/^\/\w+/, '') : '/gateway.do'
    cast[provider].control.fault({ action: 'html502', match })
    await arrive(provider)
    const shown = await metrics()
    expect(shown).toContain(attempts(provider, 'website', 'refused', 'provider_unintelligible'))
    const named = `provider="${provider}",call="${websites[provider]}",code="provider_unintelligible"`
    expect(shown).toContain(`scanlogin_provider_refusals_total{${named}} 1`)
    const { attributes } = recorder.span(`${provider} ${websites[provider]}`)
    expect(attributes).toMatchObject({ 'scanlogin.error_code': 'provider_unintelligible' })
    expect(told({ event: 'connector_refused', provider, code: 'provider_unintelligible' })).toHaveLength(1)
  })
})

describe('a sign-in by a scene code', () => {
  it('is counted, traced call by call, and told of under the mark of its ticket', async () => {
    startOver()
    const { browser, scan } = await showSceneCode(place())
    const { shown: message } = await scan('river')
    await until(() => told({ event: 'connector_identified', way: 'scene' }).length === 1)
    const phone = wechatPhone(place(), 'river')
    await phone.press('confirm', await phone.visit(linkIn(message)))
    expect((await browser.redeem()).status).toBe(200)
    for (const text of [linkIn(message).split('/').at(-1) ?? '', browser.secret, browser.ticket.id]) secrets.add(text)
    const shown = await metrics()
    for (const outcome of ['started', 'identified']) expect(shown).toContain(attempts('wechat', 'scene', outcome, ''))
    for (const path of ['/api/cgi-bin/qrcode/create', '/api/cgi-bin/user/info', '/api/cgi-bin/stable_token']) {
      expect(shown).toMatch(call('wechat', path))
      expect(recorder.span(`wechat ${path}`).kind).toBe(SpanKind.CLIENT)
    }
    expect(recorder.tree()).toEqual(
      expect.arrayContaining([
        'POST /connect/wechat-account/code',
        'POST /connect/wechat-account/push',
        'GET /connect/wechat-account/question/c/{link}',
        'GET /connect/wechat-account/question',
      ]),
    )
    const [started] = told({ event: 'connector_started', way: 'scene' })
    expect(told({ event: 'connector_identified', way: 'scene' })[0]?.attempt).toBe(started?.attempt)
    expect(recorder.span('POST /v1/tickets').attributes['scanlogin.ticket']).toBe(started?.attempt)
  })

  it('for which WeChat gives none is counted by why', async () => {
    cast.wechat.control.fault({ match: '/cgi-bin/qrcode/create', action: 'errcode', errcode: 45009 })
    await showSceneCode(place())
    const shown = await metrics()
    expect(shown).toContain(attempts('wechat', 'scene', 'refused', 'provider_busy'))
    expect(shown).toContain(refusal('/api/cgi-bin/qrcode/create', 'provider_busy'))
    expect(told({ event: 'connector_refused', way: 'scene', errcode: '45009' })).toHaveLength(1)
  })
})

describe('a sign-in by a mini program', () => {
  it('is counted, traced call by call, and told of', async () => {
    startOver()
    const { showCode } = miniPeople(place())
    const { browser, scene, open } = await showCode()
    const phone = await open('xiaoman')
    await phone.confirm(phone.scanned)
    expect((await browser.redeem()).status).toBe(200)
    for (const text of [scene, phone.jsCode, String(phone.session.body.token), browser.secret]) secrets.add(text)
    const shown = await metrics()
    for (const outcome of ['started', 'identified']) expect(shown).toContain(attempts('wechat', 'mini', outcome, ''))
    for (const path of ['/api/wxa/getwxacodeunlimit', '/api/sns/jscode2session']) {
      expect(shown).toMatch(call('wechat', path))
      expect(recorder.span(`wechat ${path}`).kind).toBe(SpanKind.CLIENT)
    }
    expect(recorder.tree()).toContain('POST /connect/wechat-mini/session')
    expect(told({ event: 'connector_identified', way: 'mini' })).toHaveLength(1)
  })

  it('whose code WeChat does not take is counted by why', async () => {
    const { call: ask } = miniPeople(place())
    expect((await ask('/connect/wechat-mini/session', { js_code: 'guessed-code' })).status).toBe(400)
    const shown = await metrics()
    expect(shown).toContain(attempts('wechat', 'mini', 'refused', 'code_rejected'))
    expect(shown).toContain(refusal('/api/sns/jscode2session', 'code_rejected'))
    expect(told({ event: 'connector_refused', way: 'mini', errcode: '40029' })).toHaveLength(1)
  })
})

describe('a phone inside WeChat', () => {
  it('is counted as inside, and its call is traced', async () => {
    startOver()
    const phone = jar(app.publicUrl, userAgents.wechat)
    const { location } = await phone.get('/connect/wechat/start?way=inside')
    const headers = { 'user-agent': userAgents.wechat, cookie: 'simulated_phone=river' }
    const back = (await fetch(location, { redirect: 'manual', headers })).headers.get('location') ?? ''
    note(back)
    expect((await phone.get(back)).status).toBe(303)
    for (const value of phone.cookies.values()) secrets.add(value)
    expect(await metrics()).toContain('{provider="wechat",way="inside",outcome="identified",code=""}')
    expect(recorder.span('wechat /api/sns/oauth2/access_token').kind).toBe(SpanKind.CLIENT)
  })
})

describe('what is counted, traced and logged', () => {
  it('holds no secret, code, state, token or openid', async () => {
    for (const { appId } of ['wx00000000000051e1', account.appid, mini.appid].map(appId => ({ appId }))) {
      for (const person of ['xiaoman', 'aju', 'river']) {
        const { openid, unionid } = cast.wechat.control.identity(person, appId)
        for (const id of [openid, unionid]) if (id) secrets.add(id)
      }
    }
    const reply = await fetch(`${app.url}/connect/wechat/access-token`, {
      headers: { authorization: `Bearer ${apiKey}` },
    })
    secrets.add((await reply.json()).access_token)
    expect(secrets.size).toBeGreaterThan(40)
    const everything = [lines.join(''), everySpan.join('\n'), recorder.text(), await metrics()].join('\n')
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(5)
      expect(everything).not.toContain(secret)
    }
    // Names, and the ids of people as the other providers spell them.
    expect(everything).not.toMatch(/阿橘|林小满|\bo[un]_[\w-]{20}|UID_|2088\d{12}/)
  })

  it('has no more series than the program has providers, calls and codes', async () => {
    const shown = await metrics()
    const labels = [...shown.matchAll(/^scanlogin_(?:connector|provider)_\w+\{([^}]*)\}/gm)].map(([, one = '']) => one)
    const values = new Set(
      labels.flatMap(one => [...one.matchAll(/(provider|way|outcome|code)="([^"]*)"/g)].map(([all]) => all)),
    )
    expect(labels.length).toBeGreaterThan(50)
    expect(values.size).toBeLessThan(30)
    for (const one of labels) expect(one).toMatch(/^(?:[a-z]+="[\w./+-]*",?)+$/)
  })
})

/** Of tests that are over. */
const everySpan: string[] = []

function startOver(): void {
  everySpan.push(recorder.text())
  recorder.forget()
}

const place = () => ({ control: cast.wechat.control, publicUrl: app.publicUrl, server: app })

/** Begins at the provider, says yes there, and comes back. */
async function arrive(provider: Provider): Promise<void> {
  const browser = jar(app.publicUrl)
  const { location } = await browser.get(`/connect/${provider}/start`)
  await (await fetch(location)).text()
  const { control } = cast[provider]
  const { callback } = 'website' in control ? control.website.signIn('aju') : control.signIn('aju')
  note(location)
  note(callback)
  await browser.get(callback)
  for (const value of browser.cookies.values()) secrets.add(value)
}

/** Codes and states; an app's id is known to everybody. */
function note(address: string): void {
  for (const [name, value] of new URL(address, app.publicUrl).searchParams) {
    if (/code|state/i.test(name) && value.length > 15) secrets.add(value)
  }
}

async function metrics(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
}

function attempts(provider: string, way: string, outcome: string, code: string): string {
  const labels = `{provider="${provider}",way="${way}",outcome="${outcome}",code="${code}"}`
  return `scanlogin_connector_attempts_total${labels} ${outcome === 'started' ? '' : '1'}`
}

function call(provider: string, name: string): RegExp {
  const labels = `{provider="${provider}",call="${name}",result="200"}`
  return new RegExp(`scanlogin_provider_call_seconds_count${labels} [1-9]`.replace(/[{}.]/g, '\\$&'))
}

function refusal(path: string, code: string): string {
  return `scanlogin_provider_refusals_total{provider="wechat",call="${path}",code="${code}"} 1`
}

/** Lines of the log that say this. */
function told(fields: Readonly<Record<string, string>>): Record<string, unknown>[] {
  return lines
    .map(line => JSON.parse(line) as Record<string, unknown>)
    .filter(line => Object.entries(fields).every(([name, value]) => line[name] === value))
}
