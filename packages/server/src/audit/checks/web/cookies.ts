/** The cookies: out of reach for scripts, for other hosts and for open lines. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail, note, type Remark, warn } from '../../check.ts'
import { expectStatus, type Scene } from '../../scene.ts'

export const ticketCookie: Check = {
  id: 'ticket-cookie',
  title: 'The browser’s secret is in a cookie that scripts, other hosts and open lines never see',
  reference: 'T1, T9',
  advice:
    'Set it with HttpOnly, SameSite=Lax or Strict, Path=/, no Domain, and on https Secure and the prefix __Host-.',
  async *play(scene) {
    const browser = scene.newBrowser()
    const reply = await browser.create()
    expectStatus('POST /tickets', reply, 201)
    const cookies = reply.headers.getSetCookie()
    if (cookies.length === 0) yield warn('create sets no cookie: scripts of the page hold the secret', reply)
    yield* judge(scene, cookies, reply)
    if (reply.body.secret !== undefined) yield fail('the body holds the secret though nobody asked for it there', reply)
  },
}

export const sessionCookie: Check = {
  id: 'session-cookie',
  title: 'The session is in a cookie that scripts, other hosts and open lines never see',
  reference: 'T15, T28',
  advice:
    'Set it with HttpOnly, SameSite=Lax or Strict, and on https Secure; give no token to a page that has cookies.',
  needs: 'phone',
  async *play(scene) {
    const { browser } = await scene.confirmed()
    const reply = await browser.redeem()
    expectStatus('POST /tickets/{id}/redeem', reply, 200)
    const set = reply.headers.getSetCookie().filter(line => !/Max-Age=0\b/i.test(line))
    if (set.length === 0) yield note('redeem sets no cookie', reply)
    yield* judge(scene, set, reply)
    const { session } = reply.body
    const token =
      typeof session === 'object' && session !== null && Object.keys(session).find(name => /token/.test(name))
    if (set.length > 0 && token) yield warn(`scripts of the page are given session.${token} besides the cookie`, reply)
  },
}

function* judge(scene: Scene, cookies: readonly string[], reply: Reply): Generator<Remark, void> {
  const secure = new URL(scene.origin).protocol === 'https:'
  for (const cookie of cookies) {
    const [pair = '', ...attributes] = cookie.split(';').map(part => part.trim())
    const [name = ''] = pair.split('=')
    const says = (pattern: RegExp) => attributes.some(attribute => pattern.test(attribute))
    if (!says(/^httponly$/i)) yield fail(`scripts can read the cookie ${name}: it has no HttpOnly`, reply)
    if (!says(/^samesite=(lax|strict)$/i)) yield fail(`other sites send the cookie ${name}: it has no SameSite`, reply)
    if (says(/^domain=/i)) yield fail(`neighbouring hosts get the cookie ${name}: it has a Domain`, reply)
    if (secure && !says(/^secure$/i)) yield fail(`the cookie ${name} travels on open lines: it has no Secure`, reply)
    if (secure && !name.startsWith('__Host-'))
      yield warn(`neighbouring hosts can set the cookie ${name}: it has no __Host-`, reply)
  }
}
