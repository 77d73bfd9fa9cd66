/** `serve --demo --wechat`: the demo with the simulated WeChat beside it, so that one command shows all of it offline. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWechatSimulator, type WechatSimulator } from '../simulator/wechat/start.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface DemoWechat {
  /** What the server is started with. */
  readonly env: Environment
  /** For whoever has just started it. */
  readonly announcement: string
}

/** `env` is the demo's. Its people are forgotten when the process ends. */
export async function simulateWechat(env: Environment): Promise<DemoWechat> {
  const { url, control } = await simulator()
  const app = (kind: string) => control.apps().find(one => one.kind === kind)
  const website = app('website')
  const account = app('account')
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-demo-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'accounts.db')
  // Each demo begins with nobody: a file that is there, empty as it is, keeps the server from warning of that.
  writeFileSync(file, '')
  return {
    announcement: `\n  The simulated WeChat's phone: ${url}/  in another tab; it scans the code under "WeChat".\n  模拟微信的手机：在另一个标签页打开上面的地址，扫描“微信”下的二维码。\n`,
    env: {
      ...env,
      // WeChat sends browsers back to one host: the one that they have begun at.
      SCANLOGIN_PUBLIC_URL: `http://localhost:${env.PORT || 8787}`,
      SCANLOGIN_DATABASE: env.SCANLOGIN_DATABASE || `file:${file}`,
      SCANLOGIN_WECHAT_APP_ID: website?.appid,
      SCANLOGIN_WECHAT_APP_SECRET: website?.secret,
      SCANLOGIN_WECHAT_ACCOUNT_APP_ID: account?.appid,
      SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET: account?.secret,
      SCANLOGIN_WECHAT_OPEN_URL: `${url}/open`,
      SCANLOGIN_WECHAT_API_URL: `${url}/api`,
    },
  }
}

/** At the usual port, or at any where that is taken. */
async function simulator(): Promise<WechatSimulator> {
  try {
    return await startWechatSimulator({ port: 8790 })
  } catch {
    return startWechatSimulator()
  }
}
