/** The standalone server with a mini program, and the people around one of its codes. */
import { scriptedBrowser } from '../../packages/scanlogin/src/testing/browser.ts'
import { startServerSite } from '../connectors/server-site.ts'
import { mini } from '../simulator/wechat.ts'
import type { Place } from './site.ts'

export const miniPath = '/connect/wechat-mini'
const page = 'pages/confirm/confirm'

/** What a server is told of the simulated mini program. */
export const miniSettings = {
  SCANLOGIN_WECHAT_MINI_APP_ID: mini.appid,
  SCANLOGIN_WECHAT_MINI_APP_SECRET: mini.secret,
}

export async function startMiniSite(env: Record<string, string> = {}) {
  const site = await startServerSite({ ...miniSettings, ...env })
  return { ...site, ...miniPeople(site) }
}

/** What a mini program, and a browser that shows one of its codes, do at a server. */
export function miniPeople({ control, publicUrl, server }: Place) {
  control.setApp({ appid: mini.appid, pages: [page] })
  const call = (path: string, body: unknown, headers?: Record<string, string>) => post(server.url + path, body, headers)

  /** What the mini program does before the button: it says who has opened it, and scans. */
  async function openAs(person: string, scene: string) {
    const { jsCode } = control.mini.open(scene, person)
    const session = await call(`${miniPath}/session`, { js_code: jsCode })
    const phone = phoneWith(call, String(session.body.token))
    return { ...phone, jsCode, session, scanned: await phone.scan(scene) }
  }

  return {
    call,
    jsCode: (person: string) => control.mini.login(mini.appid, person),
    phoneWith: (token: string) => phoneWith(call, token),
    /** A browser that shows the code of its ticket; `open` is somebody who scans it. */
    async showCode() {
      const browser = scriptedBrowser({ url: `${server.url}/v1`, origin: publicUrl })
      await browser.create()
      const { id, user_code } = browser.ticket
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const ask = () => call(`${miniPath}/code`, { id, user_code }, { cookie })
      const asked = await ask()
      const scene = decodeURIComponent(control.mini.entries().at(-1)?.query.scene ?? '')
      return { browser, asked, ask, scene, open: (person: string) => openAs(person, scene) }
    },
  }
}

export type MiniSite = Awaited<ReturnType<typeof startMiniSite>>

type Post = (path: string, body: unknown, headers?: Record<string, string>) => ReturnType<typeof post>

function phoneWith(call: Post, token: string) {
  const headers = { authorization: `Bearer ${token}` }
  const decide = (decision: string) => (scanned: { body: Record<string, unknown> }) => {
    const { ticket, scan_token } = scanned.body
    return call(`/v1/tickets/${idIn(ticket)}/${decision}`, { scan_token }, headers)
  }
  return {
    scan: (scene: string) => call(`${miniPath}/scan`, { scene }, headers),
    confirm: decide('confirm'),
    deny: decide('deny'),
  }
}

export async function post(address: string, body: unknown, headers: Record<string, string> = {}) {
  const reply = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const bytes = new Uint8Array(await reply.arrayBuffer())
  const isJson = /json/.test(reply.headers.get('content-type') ?? '')
  const text = new TextDecoder().decode(bytes)
  // Proof: JSON answers of the server are objects.
  const parsed = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>
  return { status: reply.status, headers: reply.headers, bytes, text, body: parsed }
}

function idIn(ticket: unknown): string {
  return typeof ticket === 'object' && ticket !== null && 'id' in ticket ? String(ticket.id) : ''
}
