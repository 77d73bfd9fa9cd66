/** What holds for every service that signs in by a code on the callback address, seen on one of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WecomApp } from '../../../packages/server/src/simulator/wecom/service.ts'
import { startWecomSimulator } from '../../../packages/server/src/simulator/wecom/start.ts'
import { decodeQr } from '../picture.ts'
import { callback, type StartedFlow, startTest } from './flow.ts'

let wecom: StartedFlow<WecomApp>
beforeEach(async () => {
  wecom = await startTest(startWecomSimulator)
})
afterEach(() => wecom.stop())

async function openVisit(): Promise<string> {
  await wecom.get('/login/wwlogin/sso/login', {
    login_type: 'CorpApp',
    appid: wecom.app.id,
    agentid: wecom.app.agentId,
    redirect_uri: callback,
    state: 'abc123',
  })
  return wecom.control.visits().at(-1)?.id ?? expect.fail('no visit')
}

describe('a visit', () => {
  it('has a code that leads to the phone, and is told how it stands', async () => {
    const id = await openVisit()
    const picture = await fetch(`${wecom.url}/visits/${id}/picture`)
    expect(decodeQr(new Uint8Array(await picture.arrayBuffer()))).toBe(`${wecom.url}/visit?id=${id}`)
    expect((await wecom.get(`/visits/${id}`)).json).toEqual({ status: 'waiting', leadsTo: '' })
    await wecom.fake(`/visit/${id}/scan`, { user: 'aju' })
    expect((await wecom.get(`/visits/${id}`)).json.status).toBe('scanned')
    const { json } = await wecom.fake(`/visit/${id}/confirm`, {})
    expect((await wecom.get(`/visits/${id}`)).json).toEqual({ status: 'confirmed', leadsTo: json.callback })
  })

  it('belongs to whoever has scanned it, is decided once, and not too late', async () => {
    const id = await openVisit()
    expect(() => wecom.control.confirm(id)).toThrow('scan it first')
    wecom.control.scan(id, 'aju')
    expect(() => wecom.control.scan(id, 'river')).toThrow('Somebody else has scanned this code')
    wecom.control.deny(id)
    expect(() => wecom.control.scan(id, 'aju')).toThrow('This has been decided')
    expect(() => wecom.control.confirm(id)).toThrow('scan it first')
    const late = await openVisit()
    await wecom.clock.advance(300_000)
    expect((await wecom.fake(`/visit/${late}/scan`, { user: 'aju' })).json.error).toBe('This code has expired')
    expect((await wecom.get(`/visits/${late}`)).status).toBe(409)
  })

  it('may come back with another state', async () => {
    await openVisit()
    await wecom.fake('/conduct', { state: 'tampered' })
    expect((await wecom.fake('/sign-in', { user: 'aju' })).json.callback).toMatch(/state=abc123tampered$/)
  })
})

describe('the control', () => {
  it('changes people and apps, plans faults, and goes back to the start', async () => {
    await wecom.fake('/user', { id: 'mo', name: 'Mo', company: 'company-1' })
    expect(wecom.control.people().map(({ id }) => id)).toContain('mo')
    wecom.control.setApp({ id: wecom.app.id, callbackDomain: 'a.example' })
    expect(JSON.parse((await wecom.fake('/apps')).text)).toMatchObject([{ callbackDomain: 'a.example' }])
    await wecom.fake('/fault', { match: 'gettoken', action: 'answer', status: 503, body: { errcode: -1 } })
    expect(await wecom.get('/qyapi/cgi-bin/gettoken')).toMatchObject({ status: 503, json: { errcode: -1 } })
    await wecom.fake('/fault', { match: 'gettoken', action: 'html502' })
    expect((await wecom.get('/qyapi/cgi-bin/gettoken')).status).toBe(502)
    await wecom.fake('/reset', {})
    expect(wecom.control.people().map(({ id }) => id)).not.toContain('mo')
    expect(wecom.control.apps()[0]).toEqual(wecom.app)
  })

  it('moves the clock, and tells what was called without any secret', async () => {
    const before = wecom.clock.now()
    expect((await wecom.fake('/clock/advance', { ms: 7 })).json).toEqual({ now: before + 7 })
    const query = { corpid: wecom.app.id, corpsecret: wecom.app.secret }
    const { json } = await wecom.get('/qyapi/cgi-bin/gettoken', query)
    const calls = (await wecom.fake('/calls')).text
    expect(calls).toContain('"path":"/qyapi/cgi-bin/gettoken"')
    expect(calls).not.toContain(wecom.app.secret)
    expect(calls).not.toContain(String(json.access_token))
  })
})
