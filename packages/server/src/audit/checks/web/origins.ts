/** Pages of other sites: what they can make a browser send, and what they can read of the answer. */
import type { CallOptions, Reply, ScriptedBrowser } from 'scanlogin/testing'
import { type Check, fail, type Remark, warn } from '../../check.ts'

const foreign = 'https://scanlogin-audit.invalid'

export const foreignOrigin: Check = {
  id: 'csrf-origin',
  title: 'A page of another site changes nothing in the name of the browser',
  reference: 'T9',
  advice:
    'Compare Origin with a list on every change, to the letter, `null` included; without one look at Sec-Fetch-Site; ' +
    'with a cookie and neither of them, refuse. Answer 403 before anything else is looked at.',
  async *play(scene) {
    const { protocol, host } = new URL(scene.origin)
    const browser = await scene.open()
    const pages: readonly (readonly [who: string, headers: Readonly<Record<string, string>>])[] = [
      ['a page of another site', { origin: foreign }],
      ['a sandboxed page', { origin: 'null' }],
      ['a page whose name begins like this site’s', { origin: `${protocol}//${host}.scanlogin-audit.invalid` }],
      ['a page whose name ends like this site’s', { origin: `${protocol}//scanlogin-audit-${host}` }],
      ['a page of another site, by Sec-Fetch-Site,', { 'sec-fetch-site': 'cross-site' }],
      ['a page of which nothing is known', {}],
    ]
    for (const [who, headers] of pages) {
      const owner = withoutOrigin(browser)
      // A call that carries no cookie and no origin is no page's, and may create.
      const calls = Object.keys(headers).length > 0 ? [...changes, creation] : changes
      for (const [call, method, rest, body] of calls) {
        const path = call === 'create' ? '/tickets' : `/tickets/${browser.ticket.id}${rest}`
        const options: CallOptions = { headers: { ...(call !== 'create' && owner), ...headers }, ...(body && { body }) }
        yield* expectForbidden(`${call} by ${who}`, await scene.call(method, path, options))
      }
    }
    const { body, ...reply } = await browser.read()
    if (body.state !== 'pending') yield fail(`after that the ticket is ${body.state}`, reply)
  },
}

export const formPosts: Check = {
  id: 'csrf-form',
  title: 'Nothing is changed by what a form can send',
  reference: 'T9',
  advice: 'Take application/json and nothing else: other sites cannot send that without asking first.',
  async *play(scene) {
    const browser = await scene.open()
    const path = `/tickets/${browser.ticket.id}`
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/plain; application/json',
    ]) {
      const call = { body: '{}', headers: { 'content-type': type } }
      yield* expectRefusal(`create as ${type}`, await browser.call('POST', '/tickets', call))
      yield* expectRefusal(`redeem as ${type}`, await browser.call('POST', `${path}/redeem`, call))
    }
  },
}

export const crossOriginReading: Check = {
  id: 'cors',
  title: 'No page of another site can read an answer',
  reference: 'T17',
  advice:
    'Name allowed origins from a list in Access-Control-Allow-Origin, with Vary: Origin. Never repeat what was sent, and never *.',
  async *play(scene) {
    const browser = await scene.open()
    const path = `/tickets/${browser.ticket.id}`
    for (const origin of [foreign, 'null', `${scene.origin}.scanlogin-audit.invalid`]) {
      const asking = {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      }
      for (const [what, reply] of [
        ['a poll', await browser.read({ headers: { origin } })],
        ['a refusal', await scene.call('GET', path, { headers: { origin } })],
        ['the question before a create', await scene.call('OPTIONS', '/tickets', { headers: asking })],
        ['the question before a redeem', await scene.call('OPTIONS', `${path}/redeem`, { headers: asking })],
      ] as const) {
        const allowed = reply.headers.get('access-control-allow-origin')
        const withCredentials = reply.headers.get('access-control-allow-credentials') === 'true'
        if (allowed === '*' && !withCredentials) yield warn(`every site can read ${what} that needs no cookie`, reply)
        else if (allowed === '*' || allowed === origin) yield fail(`the site ${origin} can read ${what}`, reply)
      }
    }
  },
}

export const scriptInclude: Check = {
  id: 'script-include',
  title: 'No answer can be read by including it as a script',
  reference: 'T17',
  advice: 'Answer application/json whatever is asked for, and know no callback parameter.',
  async *play(scene) {
    const browser = await scene.open()
    for (const query of ['?callback=steal', '?jsonp=steal', '?_callback=steal&format=js']) {
      const reply = await browser.call('GET', `/tickets/${browser.ticket.id}${query}`)
      const type = reply.headers.get('content-type') ?? ''
      if (reply.text.includes('steal'))
        yield fail(`a poll with ${query} is answered with a call of that function`, reply)
      else if (!/^application\/(problem\+)?json\b/.test(type))
        yield fail(`a poll is answered as ${type || 'nothing'}`, reply)
    }
  },
}

type Change = readonly [call: string, method: string, rest: string, body?: object]

const creation: Change = ['create', 'POST', '', {}]
const changes: readonly Change[] = [
  ['redeem', 'POST', '/redeem', {}],
  ['verify', 'POST', '/verify', { check_code: '0000' }],
  ['cancel', 'DELETE', ''],
]

/** What the browser adds by itself, whichever page asks. */
function withoutOrigin(browser: ScriptedBrowser): Record<string, string> {
  const cookies = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return cookies ? { cookie: cookies } : { authorization: `Bearer ${browser.secret}` }
}

/** 409 and 410 know the state of the ticket: the guard has let the call through. */
function isPassed({ status }: Reply): boolean {
  return status < 400 || status === 409 || status === 410
}

function* expectForbidden(what: string, reply: Reply): Generator<Remark, void> {
  if (isPassed(reply)) yield fail(`${what} is answered ${reply.status}`, reply)
  else if (reply.status !== 403) yield warn(`${what} is answered ${reply.status}, not 403`, reply)
}

function* expectRefusal(what: string, reply: Reply): Generator<Remark, void> {
  if (isPassed(reply)) yield fail(`${what} is answered ${reply.status}`, reply)
}
