/** People who come by the simulated WeChat: in a browser by its code, and on a phone inside its app. */
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { scriptedPhone } from '../../packages/scanlogin/src/testing/phone.ts'
import { insideWechat, startServerSite } from '../connectors/server-site.ts'

export type Site = Awaited<ReturnType<typeof startServerSite>>
export type Jar = ReturnType<Site['newJar']>

export interface Listed {
  readonly id: string
  readonly current?: true
  readonly holder?: 'phone'
  readonly opened_by?: { readonly provider: string }
}

export { startServerSite }

const start = '/connect/wechat/start'

/** A browser in which this person has scanned WeChat's own code. */
export async function browserOf(site: Site, person: string, query = ''): Promise<Jar> {
  const browser = site.newJar()
  await throughWechat(site, browser, person, query)
  return browser
}

/** Gives where the browser is sent in the end. */
export async function throughWechat(site: Site, browser: Jar, person: string, query = ''): Promise<string> {
  const { location } = await browser.get(start + query)
  await (await fetch(location)).text()
  return (await browser.get(site.control.website.signIn(person).callback)).location
}

/** A phone on which this person is signed in inside WeChat: silently, and with their consent where they are new. */
export async function phoneOf(site: Site, person: string): Promise<Jar> {
  const phone = site.newJar(insideWechat)
  await signInPhone(site, phone, person)
  return phone
}

export async function signInPhone(site: Site, phone: Jar, person: string): Promise<void> {
  const { location } = await phone.get(`${start}?way=inside`)
  const asked = await phone.get(await followed(location, person))
  if (asked.location === '/s') return
  await followed(asked.location, person)
  const request = site.control.web.requests().at(-1)?.id ?? ''
  await phone.get(site.control.web.allow(request, person).callback)
}

/** A browser with a code of ours on it, and the answer that the phone gets for scanning it. */
export async function scanned({ server, publicUrl }: Site, phone: Jar) {
  const calling = { url: `${server.url}/v1`, origin: publicUrl }
  const browser = scriptedBrowser(calling)
  await browser.create()
  const scripted = scriptedPhone({ ...calling, headers: { cookie: cookiesOf(phone), origin: publicUrl } })
  const { status } = await scripted.type(browser.ticket.user_code)
  return { browser, status, confirm: () => scripted.confirm() }
}

export async function listed(jar: Jar): Promise<readonly Listed[]> {
  const { status, text } = await jar.get('/v1/sessions')
  return status === 200 ? JSON.parse(text).sessions : []
}

/** What a page of the site does, unless `headers` say that it comes from elsewhere. */
export async function remove(site: Site, jar: Jar, path: string, headers: Record<string, string> = {}) {
  const reply = await fetch(site.server.url + path, {
    method: 'DELETE',
    headers: { cookie: cookiesOf(jar), origin: site.publicUrl, ...headers },
  })
  await reply.text()
  return reply.status
}

export function cookiesOf({ cookies }: Jar): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

/** As WeChat's browser on this person's phone follows an address of WeChat's. */
async function followed(address: string, person: string): Promise<string> {
  const headers = { 'user-agent': insideWechat, cookie: `simulated_phone=${person}` }
  const reply = await fetch(address, { redirect: 'manual', headers })
  return reply.headers.get('location') ?? ''
}
