/** Who else may say who somebody is, from the environment. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { miniSettings } from './mini/settings.ts'
import { sceneProblem, sceneSettings } from './scene/settings.ts'

const appId = z.string().regex(/^wx[\da-z]{16}$/i, 'write the AppID of the console: wx and 16 letters and digits')
const secret = z.string().regex(/^[\x21-\x7e]{16,256}$/, 'write the AppSecret as the console shows it')
const secretFile = z.string().transform(readSecret)
const host = z
  .url({ protocol: /^https?$/, error: 'write an address such as https://api.weixin.qq.com' })
  .transform(bare)

export const connectorSettings = {
  ...sceneSettings,
  ...miniSettings,
  SCANLOGIN_WECHAT_APP_ID: appId.optional(),
  SCANLOGIN_WECHAT_APP_SECRET: secret.optional(),
  SCANLOGIN_WECHAT_APP_SECRET_FILE: secretFile.optional(),
  SCANLOGIN_WECHAT_ACCOUNT_APP_ID: appId.optional(),
  SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET: secret.optional(),
  SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET_FILE: secretFile.optional(),
  SCANLOGIN_WECHAT_MINI_APP_ID: appId.optional(),
  SCANLOGIN_WECHAT_MINI_APP_SECRET: secret.optional(),
  SCANLOGIN_WECHAT_MINI_APP_SECRET_FILE: secretFile.optional(),
  SCANLOGIN_WECHAT_OPEN_URL: host.default('https://open.weixin.qq.com'),
  SCANLOGIN_WECHAT_API_URL: host.default('https://api.weixin.qq.com'),
}

type Given = Readonly<Record<string, string | undefined>>

/** What is wrong between them, or `undefined`. */
export function connectorProblem(given: Given): string | undefined {
  return (
    pairProblem(given, 'SCANLOGIN_WECHAT') ??
    pairProblem(given, 'SCANLOGIN_WECHAT_ACCOUNT') ??
    pairProblem(given, 'SCANLOGIN_WECHAT_MINI') ??
    sceneProblem(given) ??
    hostProblem(given)
  )
}

function pairProblem(given: Given, prefix: string): string | undefined {
  const [id, text, file] = ['_APP_ID', '_APP_SECRET', '_APP_SECRET_FILE'].map(end => given[prefix + end])
  if (text !== undefined && file !== undefined) {
    return `${prefix}_APP_SECRET, ${prefix}_APP_SECRET_FILE: write one of the two.`
  }
  const secret = text ?? file
  if ((id === undefined) === (secret === undefined)) return undefined
  return `${prefix}_APP_ID, ${prefix}_APP_SECRET: write both, or neither; the secret may be the name of a file in ${prefix}_APP_SECRET_FILE.`
}

/** Secrets and codes go there: over an open line anybody on the way has them. */
function hostProblem({ NODE_ENV, ...given }: Given): string | undefined {
  if (NODE_ENV !== 'production') return undefined
  const names = ['SCANLOGIN_WECHAT_OPEN_URL', 'SCANLOGIN_WECHAT_API_URL']
  const open = names.filter(name => isOpen(given[name] ?? 'https:'))
  return open.length === 0 ? undefined : `${open.join(', ')}: in production write https, or an address of this machine.`
}

function isOpen(address: string): boolean {
  return address.startsWith('http:') && !/^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]|$)/.test(address)
}

function bare(address: string): string {
  return address.replace(/\/+$/, '')
}

/** The name of the file is no secret, what stands in it is. */
function readSecret(path: string, context: z.RefinementCtx): string {
  try {
    const parsed = secret.safeParse(readFileSync(path, 'utf8').trim())
    if (parsed.success) return parsed.data
    context.addIssue('the file does not hold an AppSecret')
  } catch {
    context.addIssue('write the name of a file that can be read')
  }
  return z.NEVER
}
