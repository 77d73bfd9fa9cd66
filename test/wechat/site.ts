/** The standalone server with an official account whose pushes it takes, and the people around a scene's code. */
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { insideWechat, startServerSite } from '../connectors/server-site.ts'
import { apps } from '../connectors/wechat.ts'

const aesKey = 'simulatedAesKey0123456789abcdefghijklmnopqr'
export const accountPath = '/connect/wechat-account'

type Site = Awaited<ReturnType<typeof startServerSite>>

/** A server, and the WeChat that it knows. */
export type Place = Pick<Site, 'control' | 'publicUrl'> & { readonly server: { readonly url: string } }

/** `mode`: how the account pushes. */
export async function startSceneSite(mode: 'plain' | 'compat' | 'safe' = 'safe', env: Record<string, string> = {}) {
  const pushSettings = {
    SCANLOGIN_WECHAT_PUSH_TOKEN: 'simulatedPushToken',
    ...(mode !== 'plain' && { SCANLOGIN_WECHAT_PUSH_KEY: aesKey }),
  }
  const site = await startServerSite({ ...pushSettings, ...env })
  const { control, server } = site
  const pushTo = (url: string) =>
    control.setApp({ appid: apps.account.appId, push: { url: `${url}${accountPath}/push`, mode, aesKey } })
  pushTo(server.url)
  return {
    ...site,
    account: apps.account.appId,
    pushTo,
    /** One more server beside it, with the same WeChat and the same accounts. */
    async another(more: Record<string, string>) {
      const second = await site.another({ ...pushSettings, ...more })
      return { server: second, phoneOf: (person: string) => wechatPhone({ ...site, server: second }, person) }
    },
    showCode: () => showSceneCode(site),
    phoneOf: (person: string) => wechatPhone(site, person),
  }
}

/** A browser that shows a scene's code; `scan` is somebody who reads it with WeChat. */
export async function showSceneCode({ control, publicUrl, server }: Place) {
  const browser = scriptedBrowser({ url: `${server.url}/v1`, origin: publicUrl })
  await browser.create()
  const { id, user_code } = browser.ticket
  const cookie = cookiesOf(browser.cookies)
  const asked = await askForCode(server.url, { id, user_code }, cookie)
  const code = control.accounts.codes().at(-1)
  if (!code) throw new Error(`no scene code was made: ${JSON.stringify(asked.body)}`)
  return {
    browser,
    asked,
    again: (url = server.url) => askForCode(url, { id, user_code }, cookie),
    scan: (person: string) => control.accounts.scan(code.ticket, person),
  }
}

export async function askForCode(url: string, body: unknown, cookie: string, headers: Record<string, string> = {}) {
  const reply = await fetch(`${url}${accountPath}/code`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie, ...headers },
    body: JSON.stringify(body),
  })
  return { status: reply.status, body: await reply.json() }
}

/** WeChat's browser on somebody's phone: it follows every redirect, the silent ones of WeChat too. */
export function wechatPhone({ control, server, publicUrl }: Place, person: string) {
  const { url } = server
  const cookies = new Map<string, string>()

  async function visit(address: string, body?: URLSearchParams): Promise<{ status: number; text: string }> {
    const here = new URL(address, publicUrl)
    const isOurs = here.origin === publicUrl
    const reply = await fetch(here.href.replace(publicUrl, url), {
      redirect: 'manual',
      method: body ? 'POST' : 'GET',
      headers: { 'user-agent': insideWechat, cookie: isOurs ? cookiesOf(cookies) : `simulated_phone=${person}` },
      ...(body && { body }),
    })
    for (const set of isOurs ? reply.headers.getSetCookie() : []) {
      const [pair = ''] = set.split(';')
      const at = pair.indexOf('=')
      cookies.set(pair.slice(0, at), pair.slice(at + 1))
    }
    const next = reply.headers.get('location')
    const text = await reply.text()
    // Whoever is new is asked by WeChat, and says yes.
    const request = isOurs ? undefined : control.web.requests().at(-1)
    if (next === null && request) return visit(control.web.allow(request.id, person).callback)
    return next === null ? { status: reply.status, text } : visit(new URL(next, here).href)
  }

  return {
    visit,
    /** Presses a button of the question that this page is. */
    press(decision: 'confirm' | 'deny', page: { text: string }) {
      const link = /name="link" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
      return visit(`${accountPath}/question`, new URLSearchParams({ link, decision }))
    },
  }
}

export function linkIn(message: string): string {
  return /https?:\S+/.exec(message)?.[0] ?? ''
}

function cookiesOf(cookies: ReadonlyMap<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
