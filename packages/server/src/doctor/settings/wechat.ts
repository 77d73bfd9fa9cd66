/**
 * Whether WeChat is reached, and knows the apps of the configuration. It is asked to take a code that there never was:
 * the answer tells a wrong AppID or AppSecret from a wrong code, costs nothing, and ends no token that is in use.
 */
import { z } from 'zod'
import type { Config } from '../../config.ts'
import { type Examination, type Finding, fail, ok, skipped, warn } from '../examination.ts'
import { call, NoAnswer } from '../site/call.ts'

export const wechat: Examination = {
  id: 'wechat',
  title: 'WeChat is reached, and knows the apps',
  async examine({ config }) {
    const apps = appsOf(config)
    if (apps.length === 0) return [skipped('no WeChat app is set')]
    return Promise.all(apps.map(app => ask(config.SCANLOGIN_WECHAT_API_URL, app)))
  },
}

interface App {
  /** How its variables begin. */
  readonly prefix: string
  readonly appid: string
  readonly secret: string
}

function appsOf(config: Config): App[] {
  const given = [
    ['SCANLOGIN_WECHAT', config.SCANLOGIN_WECHAT_APP_ID, websiteSecret(config)],
    ['SCANLOGIN_WECHAT_ACCOUNT', config.SCANLOGIN_WECHAT_ACCOUNT_APP_ID, accountSecret(config)],
  ] as const
  return given.flatMap(([prefix, appid, secret]) => (appid && secret ? [{ prefix, appid, secret }] : []))
}

function websiteSecret(config: Config): string | undefined {
  return config.SCANLOGIN_WECHAT_APP_SECRET ?? config.SCANLOGIN_WECHAT_APP_SECRET_FILE
}

function accountSecret(config: Config): string | undefined {
  return config.SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET ?? config.SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET_FILE
}

const refusal = z.object({ errcode: z.number() })
const reach =
  'Let this machine call https://api.weixin.qq.com: a firewall, a network policy, or a proxy that must be used.'

async function ask(api: string, { prefix, appid, secret }: App): Promise<Finding> {
  const query = new URLSearchParams({ appid, secret, code: 'doctor', grant_type: 'authorization_code' })
  const { host } = new URL(api)
  try {
    const { status, text, seconds } = await call(`${api}/sns/oauth2/access_token?${query}`)
    const { data } = refusal.safeParse(parse(text))
    if (status !== 200 || !data) return fail(`${host} answers ${status}, and not as WeChat does`, reach)
    return judge(data.errcode, prefix, `${host} has answered in ${Math.round(seconds * 1000)} ms`)
  } catch (error) {
    if (error instanceof NoAnswer) return fail(`${host}: ${error.message}`, reach)
    throw error
  }
}

function judge(code: number, prefix: string, answered: string): Finding {
  switch (code) {
    // The code is wrong, or of the wrong form: everything before it was right.
    case 40029:
    case 40163:
    case 42003:
      return ok(`${answered}, and knows ${prefix}_APP_ID and its secret`)
    case 40013:
      return fail(`WeChat does not know ${prefix}_APP_ID (40013)`, 'Copy the AppID from the console of that very app.')
    case 40001:
    case 40125:
      return fail(`WeChat refuses ${prefix}_APP_SECRET (${code})`, 'Set the AppSecret anew in the console, and here.')
    case 48001:
      return fail(`${prefix}_APP_ID may not sign anybody in yet (48001)`, 'Wait until the app is approved for it.')
    default:
      return warn(
        `${answered}, with ${code} for ${prefix}_APP_ID`,
        'Look the code up in WeChat’s documents, and try again later.',
      )
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
