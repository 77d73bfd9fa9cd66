/** What the calls of `api.weixin.qq.com` have in common: who may call, with which method, and how a refusal looks. */
import type { Answer, Call, Endpoint } from '../http/call.ts'
import type { AppKind, WechatApp } from './apps.ts'
import { type CallGroup, refuse, WechatError } from './errors.ts'
import type { World } from './world.ts'

export interface ApiCall {
  readonly group: CallGroup
  readonly method: 'GET' | 'POST'
  /** Throws `WechatError` to refuse. */
  answer(call: Call): Answer
}

export function apiEndpoint(world: World, { group, method, answer }: ApiCall): Endpoint {
  return call => {
    try {
      if (call.method !== method) throw new WechatError(method === 'GET' ? 43001 : 43002)
      return answer(call)
    } catch (error) {
      if (error instanceof WechatError) return refuse(group, error, world.rid())
      throw error
    }
  }
}

/** The app that calls; 41002 without an app id, 40013 for an unknown one. */
export function callingApp(world: World, appid: string): WechatApp {
  if (appid === '') throw new WechatError(41002)
  const app = world.app(appid)
  if (!app) throw new WechatError(40013)
  return app
}

/** 41004 without a secret, 40125 for a wrong one. */
export function checkSecret(app: WechatApp, secret: string): void {
  if (secret === '') throw new WechatError(41004)
  if (secret !== app.secret) throw new WechatError(40125)
}

/** 48001 for an app of another kind. */
export function checkKind(app: WechatApp, ...kinds: readonly AppKind[]): void {
  if (!kinds.includes(app.kind)) throw new WechatError(48001)
}

/** A parameter of the address, or the error `missing`. */
export function parameter(call: Call, name: string, missing: number): string {
  const value = call.query.get(name) ?? ''
  if (value === '') throw new WechatError(missing)
  return value
}

/** The body's JSON object; 47001 for anything else. */
export function readJson(call: Call): Readonly<Record<string, unknown>> {
  let body: unknown
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(call.body))
  } catch {
    throw new WechatError(47001)
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new WechatError(47001)
  return { ...body }
}
