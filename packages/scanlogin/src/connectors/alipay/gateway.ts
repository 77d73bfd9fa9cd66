/** Alipay's gateway: every call is signed by the app, every answer by Alipay, over the very bytes that are sent. */
import { type Clock, systemClock } from '../../core/clock.ts'
import { parseAnswer, textOf } from '../calls/answer.ts'
import type { Caller, ProviderAnswer } from '../calls/caller.ts'
import { refusalsBy } from '../calls/error-table.ts'
import { ConnectorError } from '../refusal.ts'
import type { AlipayCertificates } from './alipay.ts'
import type { Signer, Verifier } from './signature.ts'
import { signedPart } from './signed-part.ts'

export interface Gateway {
  /** The answer of a method such as `alipay.user.info.share`, verified. Throws `ConnectorError`. */
  ask(method: string, parameters: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>
}

export interface GatewayOptions {
  readonly address: string
  readonly appId: string
  readonly signer: Signer
  readonly verifier: Verifier
  readonly certificates?: AlipayCertificates | undefined
  readonly clock?: Pick<Clock, 'now'> | undefined
}

export function createGateway(call: Caller, options: GatewayOptions): Gateway {
  const { address, appId, signer, certificates, clock = systemClock } = options
  const named = certificates && { app_cert_sn: certificates.appSn, alipay_root_cert_sn: certificates.rootSn }
  return {
    async ask(method, parameters) {
      const fields = {
        app_id: appId,
        method,
        format: 'JSON',
        charset: 'utf-8',
        sign_type: 'RSA2',
        timestamp: chinaTime(clock.now()),
        version: '1.0',
        ...named,
        ...parameters,
      }
      const sign = await signer.sign(signedText(fields))
      const outgoing = {
        address,
        name: method,
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
        body: new URLSearchParams({ ...fields, sign }).toString(),
      } as const
      return call(outgoing, answered => readSigned(answered, method, options))
    },
  }
}

async function readSigned(
  answered: ProviderAnswer,
  method: string,
  { verifier, certificates }: Pick<GatewayOptions, 'verifier' | 'certificates'>,
): Promise<Readonly<Record<string, unknown>>> {
  const whole = answered.json()
  if ('error_response' in whole) throw refusalIn(whole.error_response)
  // Alipay has been given a new certificate: what it signs with the new key cannot be checked with the old one.
  if (certificates && whole.alipay_cert_sn !== certificates.alipaySn) {
    throw new ConnectorError('misconfigured', { detail: 'an answer that goes by another certificate of Alipay' })
  }
  const name = `${method.replaceAll('.', '_')}_response`
  const part = signedPart(answered.text(), name)
  const signature = textOf(whole, 'sign')
  if (part === undefined || signature === undefined || !(await verifier.isSigned(part, signature))) {
    throw new ConnectorError('provider_unintelligible', { detail: 'an answer that is not signed by Alipay' })
  }
  // What is read is what was signed, not what another reader of the whole took for it.
  const answer = parseAnswer(part, answered)
  // Some methods say 10000 where they succeed, others say nothing.
  if (answer.code !== undefined && String(answer.code) !== '10000') throw refusalIn(answer)
  return answer
}

/** Sorted by name, values as they are, without those that are empty. */
export function signedText(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** `2026-11-21 16:30:00` in China, wherever this runs: it has had no summer time since 1991. */
export function chinaTime(now: number): string {
  return new Date(now + 28_800_000).toISOString().slice(0, 19).replace('T', ' ')
}

function refusalIn(answer: unknown): ConnectorError {
  const fields = typeof answer === 'object' && answer !== null ? { ...answer } : {}
  const named: Readonly<Record<string, unknown>> = fields
  const name = textOf(named, 'sub_code')
  const known = name === undefined ? undefined : refusal(name)
  if (known && known.code !== 'provider_unintelligible') return known
  // A name that is not known: its family says enough.
  const family = refusal(String(named.code))
  return new ConnectorError(family.code, { errcode: known?.errcode ?? family.errcode ?? 'unknown' })
}

const refusal = refusalsBy({
  code_rejected: ['isv.code-invalid', 'aop.invalid-auth-token', 'aop.auth-token-time-out', 20001],
  person_refused: ['isv.user-forbidden'],
  provider_busy: ['isp.unknow-error', 'aop.unknow-error', 'isp.unknown-error', 20000, 40005],
  misconfigured: [40001, 40002, 40003, 40004, 40006],
})
