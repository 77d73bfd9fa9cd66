/** One question to WeChat's API, and what its numbers say about the settings. No answer is shown: it may hold a token. */
import { z } from 'zod'
import { type Finding, fail, ok, warn } from '../examination.ts'
import { call, NoAnswer } from '../site/call.ts'

export interface Question {
  /** Where WeChat's API is. */
  readonly api: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly body?: unknown
  /** How the app's variables begin. */
  readonly prefix: string
  /** What stands behind "knows … and its secret" where all is well. */
  readonly well: string
  /** Numbers that mean that everything was right but what was made up on purpose. */
  readonly good: readonly number[]
}

const answer = z.object({ errcode: z.number().default(0), errmsg: z.string().default('') })

const reach =
  'Let this machine call https://api.weixin.qq.com: a firewall, a network policy, or a proxy that must be used.'

export async function askWechat({ api, path, query = {}, body, prefix, well, good }: Question): Promise<Finding> {
  const { host } = new URL(api)
  const options = body === undefined ? {} : ({ method: 'POST', body } as const)
  try {
    const { status, text, seconds } = await call(`${api}${path}?${new URLSearchParams(query)}`, options)
    const { data } = answer.safeParse(parse(text))
    if (status !== 200 || !data) return fail(`${host} answers ${status}, and not as WeChat does`, reach)
    const answered = `${host} has answered in ${Math.round(seconds * 1000)} ms`
    if (good.includes(data.errcode)) return ok(`${answered}, and knows ${prefix}_APP_ID and its secret${well}`)
    return judge(data.errcode, { prefix, answered, message: data.errmsg })
  } catch (error) {
    if (error instanceof NoAnswer) return fail(`${host}: ${error.message}`, reach)
    throw error
  }
}

interface Answered {
  readonly prefix: string
  readonly answered: string
  readonly message: string
}

function judge(code: number, { prefix, answered, message }: Answered): Finding {
  switch (code) {
    case 40013:
      return fail(`WeChat does not know ${prefix}_APP_ID (40013)`, 'Copy the AppID from the console of that very app.')
    case 40001:
    case 40125:
      return fail(`WeChat refuses ${prefix}_APP_SECRET (${code})`, 'Set the AppSecret anew in the console, and here.')
    case 40164:
    case 61004: {
      const [, address = 'the address that this machine has outside'] = /invalid ip ([\d.:a-f]+)/i.exec(message) ?? []
      return fail(
        `WeChat gives ${prefix}_APP_ID no token for this machine (${code})`,
        `Put ${address} on the list of IP addresses (IP 白名单) of that app.`,
      )
    }
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

/** The server token that everything but signing in needs. Without force WeChat gives the one that is in use. */
export function askForToken(api: string, prefix: string, app: { appId: string; appSecret: string }): Promise<Finding> {
  const { appId: appid, appSecret: secret } = app
  const body = { grant_type: 'client_credential', appid, secret, force_refresh: false }
  return askWechat({ api, path: '/cgi-bin/stable_token', body, prefix, well: '; there is a server token', good: [0] })
}
