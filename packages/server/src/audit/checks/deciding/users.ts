/** Who the user is comes from the phone's own credentials: nothing in a body may say so without them. */
import { type Check, fail } from '../../check.ts'
import { confirm, expectStatus } from '../../scene.ts'

const victim = 'scanlogin-audit-victim'
const claims = { user: { id: victim }, user_id: victim, uid: victim, sub: victim, phone: '13800000000', openid: victim }

export const forgedUser: Check = {
  id: 'forged-user',
  title: 'Nobody becomes a user by naming one',
  reference: 'F5, T20',
  advice:
    'Take the user from a verified access token or session of the app, or from a back end that proves itself with its ' +
    'API key. A user, phone number or open id in a body or a header is only text.',
  async *play(scene) {
    const browser = await scene.open()
    const { qr } = browser.ticket
    const attempts = [
      ...Object.entries(claims).map(([name, value]) => ({ what: `the field ${name}`, body: { [name]: value } })),
      ...credentials.map(headers => ({ what: `the header ${Object.keys(headers)[0]}`, headers, body: {} })),
      ...credentials.map(headers => ({ what: 'a header and the field user', headers, body: { user: claims.user } })),
    ]
    for (const { what, body, headers } of attempts.map(attempt => ({ headers: {}, ...attempt }))) {
      const reply = await scene.call('POST', '/scan', {
        body: { qr: qr.url, ...body },
        headers: { origin: scene.origin, ...headers },
      })
      if (reply.status < 400) yield fail(`a scan by ${what}, without credentials, is answered ${reply.status}`, reply)
    }
    const { body, ...reply } = await browser.read()
    if (body.state !== 'pending') yield fail(`after that the ticket is ${body.state}`, reply)
  },
}

const credentials: readonly Readonly<Record<string, string>>[] = [
  { authorization: 'Bearer x' },
  { authorization: `Bearer ${'A'.repeat(43)}` },
  { authorization: `Basic ${btoa(`${victim}:`)}` },
  { authorization: `Bearer ${unsignedToken()}` },
  { 'x-user-id': victim, 'x-forwarded-user': victim, 'remote-user': victim },
]

export const swappedUser: Check = {
  id: 'swapped-user',
  title: 'The user who signs in is the one who scanned, whatever the confirm says',
  reference: 'F5, T20',
  advice: 'Read nothing from the body of confirm but the scan token, and refuse every other field.',
  needs: 'phone',
  async *play(scene) {
    const pair = await scene.scanned(scene.userPhone())
    const { browser, phone } = pair
    const path = `/tickets/${browser.ticket.id}/confirm`
    for (const [name, value] of Object.entries(claims)) {
      const reply = await phone.call('POST', path, { body: { scan_token: phone.scanned.scan_token, [name]: value } })
      if (reply.status < 400) break
    }
    await confirm(pair)
    const reply = await browser.redeem()
    expectStatus('POST /tickets/{id}/redeem', reply, 200)
    if (reply.body.user?.id !== phone.user?.id) {
      yield fail('a user named in the confirm is signed in instead of the one who scanned', reply)
    }
  },
}

/** A JWT with `"alg": "none"`: what a library accepts that is not told what to expect. */
function unsignedToken(): string {
  const part = (content: object) => btoa(JSON.stringify(content)).replace(/=+$/, '')
  const exp = Math.floor(Date.now() / 1000) + 600
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ sub: victim, exp })}.`
}
