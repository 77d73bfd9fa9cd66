/** The standalone server as it is shipped, with the simulated WeChat in place of the real one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { startWechatSimulator } from '../../packages/server/src/simulator/index.ts'
import { startServer } from '../start.ts'
import { apps } from './wechat.ts'

export const returnTo = 'https://www.example.com/welcome'

/** Of a phone on which a page is opened inside WeChat. */
export const insideWechat = 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.49 NetType/WIFI'

export async function startServerSite(env: Record<string, string> = {}) {
  const simulator = await startWechatSimulator()
  onTestFinished(() => simulator.stop())
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-connectors-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const startOne = async (more: Record<string, string>) => {
    const server = await startServer({ ...settingsFor(simulator.url, folder), ...more })
    onTestFinished(async () => {
      await server.stop()
    })
    return server
  }
  const server = await startOne(env)
  const publicUrl = env.SCANLOGIN_PUBLIC_URL ?? `http://localhost:${server.port}`
  return {
    ...simulator,
    server,
    publicUrl,
    /** One more server, with the same WeChat and the same accounts. */
    another: startOne,
    newJar: (userAgent?: string) => jar(publicUrl, userAgent),
  }
}

/** `folder`: where accounts are kept. */
export function settingsFor(wechatUrl: string, folder: string): Record<string, string> {
  const { website, account } = apps
  return {
    SCANLOGIN_DATABASE: `file:${join(folder, 'accounts.db')}`,
    SCANLOGIN_RETURN_TO: returnTo,
    SCANLOGIN_PRESET: 'none',
    SCANLOGIN_WECHAT_APP_ID: website.appId,
    SCANLOGIN_WECHAT_APP_SECRET: website.appSecret,
    SCANLOGIN_WECHAT_ACCOUNT_APP_ID: account.appId,
    SCANLOGIN_WECHAT_ACCOUNT_APP_SECRET: account.appSecret,
    SCANLOGIN_WECHAT_OPEN_URL: `${wechatUrl}/open`,
    SCANLOGIN_WECHAT_API_URL: `${wechatUrl}/api`,
    SCANLOGIN_LOG_LEVEL: 'debug',
  }
}

/** A browser's cookies, for the one site that it visits; redirects are told and not followed. */
export function jar(
  publicUrl: string,
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
) {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async get(address: string, headers: Record<string, string> = {}) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      // By its number: no name has to be looked up for it.
      const url = new URL(address, publicUrl).href.replace('//localhost:', '//127.0.0.1:')
      const reply = await fetch(url, { redirect: 'manual', headers: { cookie, 'user-agent': userAgent, ...headers } })
      for (const set of reply.headers.getSetCookie()) {
        const [pair = ''] = set.split(';')
        const [name = '', value = ''] = pair.split('=')
        if (/Max-Age=0/.test(set)) cookies.delete(name)
        else cookies.set(name, value)
      }
      return {
        status: reply.status,
        location: reply.headers.get('location') ?? '',
        headers: reply.headers,
        text: await reply.text(),
      }
    },
  }
}

/** What the page of a sign-in that came to nothing is about. */
export function troubleIn(html: string): string | undefined {
  return /<meta name="trouble" content="(\w+)">/.exec(html)?.[1]
}
