/** WeCom's server calls. Unlike WeChat's they say `errcode: 0` where they succeed. */
import { readJson } from '../code-flow/request-body.ts'
import { createVouchers, type Grant, type Vouchers } from '../code-flow/vouchers.ts'
import type { FlowPerson, FlowWorld } from '../code-flow/world.ts'
import { type Answer, type Call, type Endpoint, json, type Routes } from '../http/call.ts'
import { stableId } from '../play/identifiers.ts'
import type { WecomApp } from './service.ts'

/** Seconds. */
const tokenTtl = 7200
const ticketTtl = 1800

class WecomError extends Error {
  readonly errcode: number

  constructor(errcode: number, message: string) {
    super(message)
    this.errcode = errcode
  }
}

export function wecomApi(world: FlowWorld<WecomApp>, codes: Vouchers<Grant>): Routes {
  const { clock, identifiers } = world
  const tokens = createVouchers<WecomApp>(clock, () => identifiers.next(214))
  const tickets = createVouchers<Grant>(clock, () => identifiers.next(64))
  const current = new Map<string, { token: string; expiresAt: number }>()

  function giveToken({ query }: Call): object {
    const app = checkedApp(world, query)
    const known = current.get(app.id)
    const isAlive = known !== undefined && clock.now() < known.expiresAt
    const given = isAlive ? known : { token: tokens.issue(app, tokenTtl), expiresAt: clock.now() + tokenTtl * 1000 }
    current.set(app.id, given)
    return { access_token: given.token, expires_in: Math.ceil((given.expiresAt - clock.now()) / 1000) }
  }

  function identify({ query }: Call): { person: FlowPerson; identity: Grant } {
    checkToken(tokens, query)
    const used = codes.use(query.get('code') ?? '')
    const person = used.state === 'good' ? world.person(used.value.personId) : undefined
    if (used.state !== 'good' || !person) throw new WecomError(40029, 'invalid code')
    return { person, identity: used.value }
  }

  /** A member is told of by name, somebody else by openid. */
  function tellIdentity(call: Call): object {
    const { person, identity } = identify(call)
    if (person.company === '') return { openid: openidOf(person, identity), external_userid: externalIdOf(person) }
    const isPrivate = identity.scope === 'snsapi_privateinfo'
    const ticket = isPrivate ? { user_ticket: tickets.issue(identity, ticketTtl), expires_in: ticketTtl } : {}
    return { userid: person.id, ...ticket }
  }

  /** The older call, which spells the same otherwise. */
  function tellOlder(call: Call): object {
    const { person, identity } = identify(call)
    return person.company === '' ? { OpenId: openidOf(person, identity) } : { UserId: person.id }
  }

  function tellMember({ query }: Call): object {
    checkToken(tokens, query)
    const member = world.person(query.get('userid') ?? '')
    if (!member || member.company === '') throw new WecomError(60111, 'userid not found')
    return { userid: member.id, name: member.name, department: [1], position: '', status: 1, avatar: member.avatar }
  }

  function tellDetails(call: Call): object {
    checkToken(tokens, call.query)
    const looked = tickets.look(ticketIn(call))
    if (looked.state === 'expired') throw new WecomError(84014, 'user ticket expired')
    const member = looked.state === 'good' ? world.person(looked.value.personId) : undefined
    if (!member) throw new WecomError(84015, 'invalid user ticket')
    return { userid: member.id, gender: '0', avatar: member.avatar, qr_code: '', mobile: '', email: '' }
  }

  return {
    '/qyapi/cgi-bin/gettoken': endpoint(clock, giveToken),
    '/qyapi/cgi-bin/auth/getuserinfo': endpoint(clock, tellIdentity),
    '/qyapi/cgi-bin/user/getuserinfo': endpoint(clock, tellOlder),
    '/qyapi/cgi-bin/user/get': endpoint(clock, tellMember),
    '/qyapi/cgi-bin/auth/getuserdetail': endpoint(clock, tellDetails, 'POST'),
  }
}

function endpoint(clock: { now(): number }, tell: (call: Call) => object, method: 'GET' | 'POST' = 'GET'): Endpoint {
  return call => {
    try {
      if (call.method !== method) throw method === 'GET' ? new WecomError(43001, 'require GET method') : requirePost
      return json({ errcode: 0, errmsg: 'ok', ...tell(call) })
    } catch (error) {
      if (error instanceof WecomError) return refuse(error, clock.now(), call.address)
      throw error
    }
  }
}

const requirePost = new WecomError(43002, 'require POST method')

function refuse({ errcode, message }: WecomError, now: number, address: string): Answer {
  const hint = `hint: [${Math.floor(now / 1000)}_1_0], from ip: ${address}`
  const more = `more info at https://open.work.weixin.qq.com/devtool/query?e=${errcode}`
  return json({ errcode, errmsg: `${message}, ${hint}, ${more}` })
}

function checkedApp(world: FlowWorld<WecomApp>, query: URLSearchParams): WecomApp {
  const corpid = query.get('corpid') ?? ''
  if (corpid === '') throw new WecomError(41002, 'corpid missing')
  const app = world.app(corpid)
  if (!app) throw new WecomError(40013, 'invalid corpid')
  const secret = query.get('corpsecret') ?? ''
  if (secret === '') throw new WecomError(41004, 'corpsecret missing')
  if (secret !== app.secret) throw new WecomError(40001, 'invalid credential')
  return app
}

function checkToken(tokens: Vouchers<WecomApp>, query: URLSearchParams): void {
  const token = query.get('access_token') ?? ''
  if (token === '') throw new WecomError(41001, 'access_token missing')
  const { state } = tokens.look(token)
  if (state === 'expired') throw new WecomError(42001, 'access_token expired')
  if (state !== 'good') throw new WecomError(40014, 'invalid access_token')
}

function ticketIn(call: Call): string {
  const fields = readJson(call)
  if (!fields) throw new WecomError(47001, 'data format error')
  return fields.user_ticket ?? ''
}

function openidOf({ id }: FlowPerson, { appId }: Grant): string {
  return `o${stableId(['wecom', id, appId], 27)}`
}

function externalIdOf({ id }: FlowPerson): string {
  return `wm${stableId(['wecom external', id], 30)}`
}
