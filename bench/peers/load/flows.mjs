/**
 * Whole sign-ins at the peers, with the fewest requests that each allows: the browser asks once, at the very moment when
 * it has been let in. Whatever it asks before that comes on top and is not counted here.
 */
import { openConnection } from '../../load/connection.mjs'
import { createLanes, openPair } from '../../load/sign-ins.mjs'

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'

let signedUp

const flows = { 'better-auth': betterAuth, 'oidc-provider': oidcProvider, tutorial }

export function createPeerSignIns(target) {
  return createLanes(async number => {
    const [browser, phone] = await openPair(target, number)
    return {
      signIn: await flows[target.flow](target, { browser, phone, number }),
      close() {
        browser.close()
        phone.close()
      },
    }
  })
}

/** Create, claim, approve, token. */
async function betterAuth({ host, port }, { browser, phone }) {
  const origin = { origin: `http://localhost:${port}` }
  const post = (path, body, fields) => jsonPost(port, `/api/auth${path}`, body, { ...origin, ...fields })

  async function signUp() {
    const connection = openConnection({ host, port })
    const user = { name: 'Wei Zhang', email: `user-${process.pid}@example.com`, password: 'a-password' }
    const { token } = await json(connection, post('/sign-up/email', user))
    connection.close()
    return token
  }

  // One user for all phones of a program: hashing a password takes long on purpose and is no part of a sign-in.
  signedUp ??= signUp()
  const bearer = { authorization: `Bearer ${await signedUp}` }

  return async () => {
    const { device_code, user_code } = await json(browser, post('/device/code', { client_id: 'web' }))
    await json(phone, get(port, `/api/auth/device?user_code=${user_code}`, bearer))
    await json(phone, post('/device/approve', { userCode: user_code }, bearer))
    const tokens = { grant_type: deviceGrant, device_code, client_id: 'web' }
    expectToken((await json(browser, post('/device/token', tokens))).access_token)
  }
}

/** Create, confirmation page, confirm, token; the first time also what logs the phone in and asks for consent. */
async function oidcProvider({ port }, { browser, phone }) {
  const cookies = new Map()

  async function surf(message) {
    const answer = await phone.request(message(cookieField(cookies)))
    keepCookies(cookies, answer.head)
    const [, location] = /^location: *(\S+)/im.exec(answer.head) ?? []
    if (!location) return expectStatus(answer, message({}))
    const { pathname, search } = new URL(location, `http://localhost:${port}`)
    return surf(fields => get(port, pathname + search, fields))
  }

  return async () => {
    const created = await json(browser, formPost(port, '/device/auth', { client_id: 'web', scope: 'openid' }))
    const page = await surf(fields => get(port, `/device?user_code=${created.user_code}`, fields))
    const [, xsrf] = /name="xsrf" value="(\w+)"/.exec(page)
    const confirmation = { xsrf, user_code: created.user_code, confirm: 'yes' }
    const end = await surf(fields => formPost(port, '/device', confirmation, fields))
    if (!end.includes('Sign-in Success')) throw new Error(`the phone was shown ${end}`)
    const tokens = { grant_type: deviceGrant, device_code: created.device_code, client_id: 'web' }
    expectToken((await json(browser, formPost(port, '/token', tokens))).access_token)
  }
}

/** Create, scan, confirm, status. */
async function tutorial({ port }, { browser, phone, number }) {
  const user = { 'x-user': `user-${number}` }

  return async () => {
    const { id } = await json(browser, jsonPost(port, '/qr', {}))
    await json(phone, jsonPost(port, `/scan?id=${id}`, {}, user))
    await json(phone, jsonPost(port, `/confirm?id=${id}`, {}, user))
    expectToken((await json(browser, get(port, `/status?id=${id}`))).token)
  }
}

export async function json(connection, message) {
  return JSON.parse(expectStatus(await connection.request(message), message))
}

function expectStatus({ status, body }, message) {
  if (status === 200 || status === 201) return body
  throw new Error(`${message.slice(0, message.indexOf('\r\n'))} was answered ${status}: ${body}`)
}

function expectToken(token) {
  if (!token) throw new Error('the sign-in ended without a token')
}

export function get(port, path, fields = {}) {
  return `GET ${path} HTTP/1.1\r\n${lines(port, fields)}\r\n`
}

export function jsonPost(port, path, body, fields = {}) {
  return post(port, path, JSON.stringify(body), { ...fields, 'content-type': 'application/json' })
}

function formPost(port, path, body, fields = {}) {
  const type = 'application/x-www-form-urlencoded'
  return post(port, path, new URLSearchParams(body).toString(), { ...fields, 'content-type': type })
}

function post(port, path, body, fields) {
  return `POST ${path} HTTP/1.1\r\n${lines(port, { ...fields, 'content-length': body.length })}\r\n${body}`
}

function lines(port, fields) {
  const given = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return `host: localhost:${port}\r\n${given.join('')}`
}

function cookieField(cookies) {
  return cookies.size > 0 ? { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') } : {}
}

/** Paths are left aside: no two cookies here have one name. */
function keepCookies(cookies, head) {
  for (const [, name, value] of head.matchAll(/^set-cookie: ([^=]+)=([^;\r]*)/gim)) {
    if (value) cookies.set(name, value)
    else cookies.delete(name)
  }
}
