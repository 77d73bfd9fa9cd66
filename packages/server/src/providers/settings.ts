/** Which of Alipay, DingTalk, Feishu, Lark, QQ and WeCom people may come by; from the environment. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { createProviders } from './create.ts'

export const providerSettings = {
  SCANLOGIN_PROVIDERS: z.string().transform(readProviders).optional(),
}

/** What is wrong between it and others. */
export function providerProblem({
  NODE_ENV,
  SCANLOGIN_PROVIDERS: given,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  if (NODE_ENV !== 'production' || given === undefined) return undefined
  const hosts = Object.values(parse(given).data ?? {}).flatMap(settings => Object.values(settings?.hosts ?? {}))
  return hosts.every(isSafe)
    ? undefined
    : 'SCANLOGIN_PROVIDERS: in production write hosts with https, or on this machine.'
}

export type ProviderSettings = z.output<typeof providers>

const text = z.string().min(1).max(8192)
/** Or the path of a file of it; roots come several in one. */
const pem = z.string().min(1).max(65_536)
/** A path is behind it where a proxy, or a simulator, stands for several hosts. */
const host = z.url({ protocol: /^https?$/ }).regex(/^[^?#]*[^/?#]$/)

const providers = z
  .strictObject({
    alipay: z.strictObject({
      appId: text,
      privateKey: text,
      alipayPublicKey: text.exactOptional(),
      certificates: z.strictObject({ app: pem, alipay: pem, root: pem }).exactOptional(),
      hosts: z.strictObject({ openauth: host.exactOptional(), openapi: host.exactOptional() }).exactOptional(),
    }),
    dingtalk: z.strictObject({
      clientId: text,
      clientSecret: text,
      onlyCompany: text.exactOptional(),
      hosts: z.strictObject({ login: host.exactOptional(), api: host.exactOptional() }).exactOptional(),
    }),
    feishu: feishuSettings(),
    lark: feishuSettings(),
    qq: z.strictObject({
      clientId: text,
      clientSecret: text,
      hosts: z.strictObject({ graph: host.exactOptional() }).exactOptional(),
    }),
    wecom: z.strictObject({
      corpId: text,
      agentId: text,
      secret: text,
      hosts: z
        .strictObject({ login: host.exactOptional(), open: host.exactOptional(), api: host.exactOptional() })
        .exactOptional(),
    }),
  })
  .partial()

function feishuSettings() {
  return z.strictObject({
    clientId: text,
    clientSecret: text,
    onlyTenant: text.exactOptional(),
    hosts: z.strictObject({ accounts: host.exactOptional(), open: host.exactOptional() }).exactOptional(),
  })
}

const example =
  'write JSON, or a file of it, such as {"dingtalk":{"clientId":"dingabc…","clientSecret":"…"}}; see docs/providers.md'

function readProviders(given: string, context: z.core.$RefinementCtx<string>): ProviderSettings {
  const found = parse(given)
  if (!found.success) {
    const place = found.error?.issues[0]?.path.join(' ')
    context.addIssue(`${example}${place ? `; look at ${place}` : ''}`)
    return z.NEVER
  }
  try {
    createProviders(found.data, {})
  } catch (error) {
    // What a provider says of its options names them and repeats nothing.
    context.addIssue(error instanceof Error ? error.message : example)
    return z.NEVER
  }
  return found.data
}

/** What it holds is repeated nowhere: there are secrets in it. */
function parse(given: string) {
  try {
    return providers.safeParse(JSON.parse(/^\s*\{/.test(given) ? given : readFileSync(given, 'utf8')))
  } catch {
    return { success: false, error: undefined, data: undefined } as const
  }
}

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
