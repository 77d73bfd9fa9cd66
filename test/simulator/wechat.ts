/** A simulated WeChat with a clock that stands still, and an application that calls it as one on the network would. */
import { createClock, type ManualClock } from '../../packages/scanlogin/src/testing/clock.ts'
import {
  startWechatSimulator,
  type WechatSimulator,
  type WechatSimulatorOptions,
} from '../../packages/server/src/simulator/index.ts'

export interface SimulatedWechat extends WechatSimulator {
  readonly clock: ManualClock
  /** A call of the API, such as `/sns/userinfo`. */
  api(path: string, query?: Query, init?: RequestInit): Promise<Reply>
  /** A POST of JSON. */
  post(path: string, query: Query, body: unknown): Promise<Reply>
  /** A control call over HTTP. */
  fake(path: string, body?: unknown): Promise<Reply>
  /** Opens the page of the website login, and gives the code's uuid. */
  openCode(query?: Query): Promise<string>
  poll(uuid: string, last?: string, signal?: AbortSignal): Promise<string>
}

export type Query = Readonly<Record<string, string>>

export interface Reply {
  readonly status: number
  readonly type: string | null
  /** Where a redirect leads. */
  readonly location: string
  readonly text: string
  /** Empty for what is no JSON object. */
  readonly json: Readonly<Record<string, unknown>>
}

export const website = { appid: 'wx00000000000051e1', secret: 'simulated0website0secret00000001' }
export const account = { appid: 'wx00000000000051e2', secret: 'simulated0account0secret00000002' }
export const mini = { appid: 'wx00000000000051e3', secret: 'simulated0mini0program0secret003' }

export const callback = 'https://localhost/wechat/callback'

/** What makes a server take the simulator at this address for WeChat. */
export function wechatSettings(url: string): Record<string, string> {
  return {
    SCANLOGIN_WECHAT_APP_ID: website.appid,
    SCANLOGIN_WECHAT_APP_SECRET: website.secret,
    SCANLOGIN_WECHAT_ACCOUNT_APP_ID: account.appid,
    SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET: account.secret,
    SCANLOGIN_WECHAT_OPEN_URL: `${url}/open`,
    SCANLOGIN_WECHAT_API_URL: `${url}/api`,
  }
}

export async function startWechat(options: WechatSimulatorOptions = {}): Promise<SimulatedWechat> {
  const clock = createClock()
  const simulator = await startWechatSimulator({ clock, ...options })
  const call = async (address: string, init?: RequestInit) => read(await fetch(simulator.url + address, init))
  const api: SimulatedWechat['api'] = (path, query = {}, init) =>
    call(`/api${path}?${new URLSearchParams(query)}`, { redirect: 'manual', ...init })
  return {
    ...simulator,
    clock,
    api,
    post: (path, query, body) => api(path, query, { method: 'POST', body: JSON.stringify(body) }),
    fake: (path, body) =>
      call(`/__fake${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    async openCode(query = {}) {
      const page = await call(`/open/connect/qrconnect?${new URLSearchParams({ ...qrconnect, f: 'xml', ...query })}`)
      return /<!\[CDATA\[(\w{16})\]\]>/.exec(page.text)?.[1] ?? page.text
    },
    poll: async (uuid, last = '', signal) =>
      (await call(`/lp/connect/l/qrconnect?${new URLSearchParams({ uuid, last })}`, signal ? { signal } : {})).text,
  }
}

export const qrconnect: Query = {
  appid: website.appid,
  redirect_uri: callback,
  response_type: 'code',
  scope: 'snsapi_login',
  state: 'abc123',
}

export async function read(response: Response): Promise<Reply> {
  const text = await response.text()
  const location = response.headers.get('location') ?? ''
  return { status: response.status, type: response.headers.get('content-type'), location, text, json: parse(text) }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
