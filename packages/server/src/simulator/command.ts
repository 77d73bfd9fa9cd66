/** `scanlogin simulate …` as a command: what it is asked, and what somebody who has just started it has to know. */
import { ArgumentError } from '../command-line/argument-error.ts'
import { alipay } from './alipay/service.ts'
import type { FlowService } from './code-flow/service.ts'
import { startFlow } from './code-flow/start.ts'
import type { FlowApp } from './code-flow/world.ts'
import { dingtalk } from './dingtalk/service.ts'
import { feishu } from './feishu/service.ts'
import { qq } from './qq/service.ts'
import { startWechatSimulator } from './wechat/start.ts'
import { wecom } from './wecom/service.ts'

export interface SimulateArguments {
  port?: string | undefined
  host?: string | undefined
  'callback-domain'?: string | undefined
}

/**
 * Each service on a port of its own, one after the other from `--port` on. Resolves when all listen and it has said so; a
 * signal ends it. Throws `ArgumentError` for arguments that cannot be.
 */
export async function simulateCommand(names: readonly string[], given: SimulateArguments): Promise<void> {
  const { port = '8790', host, 'callback-domain': callbackDomain } = given
  const known = Object.keys(services).join(', ')
  const problems = [
    names.length === 0 && `simulate: write which service, of ${known}.`,
    ...names.map(name => !Object.hasOwn(services, name) && `simulate ${name}: write which service, of ${known}.`),
    !isPort(port) && '--port: write a whole number from 0 to 65535.',
  ].filter(problem => problem !== false)
  if (problems.length > 0) throw new ArgumentError(problems)
  for (const [index, name] of names.entries()) {
    const started = await services[name]?.({
      port: port === '0' ? 0 : Number(port) + index,
      ...(host !== undefined && { host }),
      ...(callbackDomain !== undefined && { callbackDomain }),
    })
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => started?.stop())
    process.stdout.write(started?.description ?? '')
  }
  process.stdout.write('  Ctrl-C ends it.\n')
}

interface StartOptions {
  port: number
  host?: string
  callbackDomain?: string
}

interface Started {
  readonly description: string
  stop(): Promise<void>
}

const services: Readonly<Record<string, (options: StartOptions) => Promise<Started>>> = {
  wechat: startWechat,
  alipay: starting(alipay),
  dingtalk: starting(dingtalk),
  feishu: starting(feishu),
  qq: starting(qq),
  wecom: starting(wecom),
}

async function startWechat(options: StartOptions): Promise<Started> {
  const { url, control, stop } = await startWechatSimulator(options)
  const apps = control
    .apps()
    .map(({ kind, appid: id, secret, callbackDomain }) => ({ kind, id, secret, callbackDomain }))
  const hosts = {
    '/open': 'open.weixin.qq.com',
    '/lp': 'lp.open.weixin.qq.com',
    '/api': 'api.weixin.qq.com',
    '/mp': 'mp.weixin.qq.com',
  }
  return { description: describe('WeChat', url, hosts, apps), stop }
}

function starting<App extends FlowApp>(service: FlowService<App>): (options: StartOptions) => Promise<Started> {
  return async options => {
    const { url, control, stop } = await startFlow(service, options)
    return { description: describe(service.name, url, service.hosts, control.apps()), stop }
  }
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

function describe(name: string, url: string, hosts: Readonly<Record<string, string>>, apps: readonly object[]): string {
  return [
    `listening on ${url}`,
    '',
    `  A simulated ${name}; all apps and people are invented.   模拟 ${name}，应用和人都是虚构的。`,
    `  The phone   ${url}/`,
    ...Object.entries(hosts).map(([folder, host]) => `  ${host.padEnd(26)} is ${url}${folder}`),
    `  Control     ${url}/__fake/…  see docs/simulator.md`,
    '',
    ...apps.flatMap(app => [...Object.entries(app).flatMap(describeField), '']),
  ].join('\n')
}

/** One line for a text; what has parts of its own is left to the control. */
function describeField([name, value]: [string, unknown]): string[] {
  return typeof value === 'string' ? [`  ${name.padEnd(16)} ${value}`] : []
}
