/** `scanlogin simulate wechat` as a command: what it is asked, and what somebody who has just started it has to know. */
import { ConfigError } from '../config.ts'
import { startWechatSimulator, type WechatSimulator } from './wechat/start.ts'

export interface SimulateArguments {
  /** Which service. */
  service?: string | undefined
  port?: string | undefined
  host?: string | undefined
  'callback-domain'?: string | undefined
}

/** Resolves when it listens and has said so; a signal ends it. Throws `ConfigError` for arguments that cannot be. */
export async function simulateCommand(given: SimulateArguments): Promise<void> {
  const { service, port = '8790', host, 'callback-domain': callbackDomain } = given
  const problems = [
    service !== 'wechat' && 'simulate: write which service, "scanlogin simulate wechat".',
    !isPort(port) && '--port: write a whole number from 0 to 65535.',
  ].filter(problem => problem !== false)
  if (problems.length > 0) throw new ConfigError(problems)
  const simulator = await startWechatSimulator({
    port: Number(port),
    ...(host !== undefined && { host }),
    ...(callbackDomain !== undefined && { callbackDomain }),
  })
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => simulator.stop())
  process.stdout.write(describe(simulator))
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

function describe({ url, control }: WechatSimulator): string {
  const apps = control
    .apps()
    .map(({ kind, appid, secret, callbackDomain }) => `  ${kind.padEnd(8)} ${appid}  ${secret}  ${callbackDomain}`)
  return [
    `listening on ${url}`,
    '',
    `  A simulated WeChat; all apps and people are invented.   模拟微信，应用和人都是虚构的。`,
    `  The phone   ${url}/`,
    `  Its hosts   ${url}/open  open.weixin.qq.com    ${url}/api  api.weixin.qq.com`,
    `              ${url}/lp    lp.open.weixin.qq.com ${url}/mp   mp.weixin.qq.com`,
    `  Control     ${url}/__fake/…  see docs/simulator.md`,
    '',
    '  kind     app id              secret                            callback domain',
    ...apps,
    '',
    '  Ctrl-C ends it.',
    '',
  ].join('\n')
}
