/** What Alipay checks of every call before it looks what is asked: the common parameters, the time, and the signature. */
import type { FlowWorld } from '../code-flow/world.ts'
import { isSigned } from './keys.ts'
import type { AlipayApp } from './service.ts'

export type Parameters = Readonly<Record<string, string>>

/** A call that is refused before it is looked at, or for what stands in it. */
export class Misuse extends Error {
  readonly code: string
  readonly subCode: string

  constructor(code: string, subCode: string, message: string) {
    super(message)
    this.code = code
    this.subCode = subCode
  }
}

export function checkedApp(world: FlowWorld<AlipayApp>, parameters: Parameters): AlipayApp {
  const { app_id = '', charset, format, sign_type, version, sign, timestamp } = parameters
  if (app_id === '') throw new Misuse('40001', 'isv.missing-app-id', '缺少AppId参数')
  const app = world.app(app_id)
  if (!app) throw new Misuse('40002', 'isv.invalid-app-id', '无效的AppID参数')
  if (sign_type !== 'RSA2') throw new Misuse('40002', 'isv.invalid-signature-type', '无效签名类型')
  if (charset?.toLowerCase() !== 'utf-8') throw new Misuse('40002', 'isv.invalid-charset', '字符集错误')
  if (format !== undefined && format !== 'JSON') throw new Misuse('40002', 'isv.invalid-format', '无效的数据格式')
  if (version !== '1.0') throw new Misuse('40001', 'isv.missing-version', '缺少版本参数')
  if (!sign) throw new Misuse('40001', 'isv.missing-signature', '缺少签名参数')
  if (timestamp === undefined) throw new Misuse('40001', 'isv.missing-timestamp', '缺少时间戳参数')
  if (!isNear(timestamp, world.clock.now())) throw new Misuse('40002', 'isv.invalid-timestamp', '非法的时间戳参数')
  if (!isSigned(signedText(parameters), sign, app.publicKey)) {
    throw new Misuse('40002', 'isv.invalid-signature', '无效签名')
  }
  checkCertificates(app, parameters)
  return app
}

/** An app goes by keys or by certificates, as its console has it, and never by both. */
function checkCertificates({ certificates }: AlipayApp, parameters: Parameters): void {
  const named = [
    ['app-cert-sn', certificates?.appSn, parameters.app_cert_sn],
    ['alipay-root-cert-sn', certificates?.rootSn, parameters.alipay_root_cert_sn],
  ] as const
  for (const [name, wanted, given] of named) {
    if (wanted !== undefined && given === undefined) throw new Misuse('40001', `isv.missing-${name}`, '缺少证书序列号')
    if (wanted !== given) throw new Misuse('40002', `isv.invalid-${name}`, '证书序列号无效')
  }
}

/** All that is not empty, sorted by name, values as they are. */
function signedText(parameters: Parameters): string {
  return Object.entries(parameters)
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** Written in China's time, and not more than a quarter of an hour away. */
function isNear(timestamp: string, now: number): boolean {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/.exec(timestamp) ?? []
  return Math.abs(Date.parse(`${day}T${time}+08:00`) - now) <= 900_000
}
