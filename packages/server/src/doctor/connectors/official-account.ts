/**
 * The official account: whether it gives this machine its server token, and whether its pushes would get here. The push is
 * rehearsed as WeChat's console does it when an address is entered: a signed question whose echo has to come back.
 */
import { createHash, randomBytes } from 'node:crypto'
import { wechatAccount } from '../../connectors/providers.ts'
import { scenePath } from '../../connectors/scene/paths.ts'
import { type Examination, type Finding, fail, ok, skipped, warn } from '../examination.ts'
import type { Patient } from '../patient.ts'
import { strengthOf } from '../settings/strength.ts'
import { callHere } from '../site/call.ts'
import { isOwn } from '../site/transport.ts'
import { askForToken } from './asking.ts'

export const account: Examination = {
  id: 'wechat-account',
  title: 'The official account gives a server token',
  async examine({ config }) {
    const app = wechatAccount(config)
    if (!app) return [skipped('SCANLOGIN_WECHAT_ACCOUNT_APP_ID is not set')]
    return [await askForToken(config.SCANLOGIN_WECHAT_API_URL, 'SCANLOGIN_WECHAT_ACCOUNT', app)]
  },
}

export const push: Examination = {
  id: 'wechat-push',
  title: 'WeChat’s pushes get here, and nobody else’s',
  async examine(patient) {
    const { SCANLOGIN_WECHAT_PUSH_TOKEN: token, SCANLOGIN_WECHAT_PUSH_KEY: key } = patient.config
    if (token === undefined) return [skipped('SCANLOGIN_WECHAT_PUSH_TOKEN is not set: there are no scene codes')]
    const found = [...judgeToken(token), ...judgeKey(key), ...judgePort(patient)]
    try {
      await patient.visit()
    } catch (error) {
      // What is wrong with the settings themselves is worth saying all the same.
      if (found.length > 0) return found
      throw error
    }
    const echoed = await echo(patient, token)
    return echoed.verdict === 'ok' && found.length > 0 ? found : [...found, echoed]
  },
}

/** Whoever guesses it may tell that people have scanned who have not; a question of ours still stands before the sign-in. */
function judgeToken(token: string): Finding[] {
  const bits = strengthOf(token)
  if (bits >= 60) return []
  const remedy = 'Set another one, such as the output of "openssl rand -hex 16", here and in WeChat’s console.'
  return [warn(`SCANLOGIN_WECHAT_PUSH_TOKEN holds ${Math.floor(bits)} bits at most`, remedy)]
}

function judgeKey(key: string | undefined): Finding[] {
  if (key === undefined) {
    return [
      warn(
        'SCANLOGIN_WECHAT_PUSH_KEY is not set: pushes come in clear text',
        'Choose 安全模式 in WeChat’s console, and set its EncodingAESKey here.',
      ),
    ]
  }
  if (strengthOf(key) >= 100) return []
  return [
    fail('SCANLOGIN_WECHAT_PUSH_KEY could be guessed', 'Let WeChat’s console draw one (随机生成), and copy it here.'),
  ]
}

function judgePort({ publicUrl }: Patient): Finding[] {
  const { hostname, port } = new URL(publicUrl)
  if (isOwn(hostname) || port === '') return []
  return [
    fail(
      `WeChat calls ports 80 and 443 only, and SCANLOGIN_PUBLIC_URL is at ${port}`,
      'Let a proxy listen at 443, and set SCANLOGIN_PUBLIC_URL to that.',
    ),
  ]
}

async function echo({ publicUrl, now }: Patient, token: string): Promise<Finding> {
  const [timestamp, nonce, echostr] = [String(Math.floor(now() / 1000)), ...random()]
  const signature = createHash('sha1').update([token, timestamp, nonce].toSorted().join('')).digest('hex')
  const address = `${publicUrl}${scenePath}/push`
  const { status, text } = await callHere(`${address}?${new URLSearchParams({ signature, timestamp, nonce, echostr })}`)
  if (status === 200 && text === echostr) return ok(`${address} answers as WeChat’s console wants it`)
  return fail(
    `${address} answers ${status}, and not with the echo that WeChat’s console waits for`,
    'Start the server with the same SCANLOGIN_WECHAT_PUSH_TOKEN, keep its clock right, and let the proxy pass that path on.',
  )
}

function random(): [nonce: string, echo: string] {
  return [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
}
