/** What somebody learns and can do who only sees the screen: the QR code, the user code, and nothing else. */
import { type Check, fail, warn } from '../../check.ts'

export const observer: Check = {
  id: 'observer',
  title: 'Who only sees the QR code has nothing to sign in, read or decide with',
  reference: 'T1, T2',
  advice:
    'Put the id and the MAC behind a # in an address of your own, with no secret, account or return address, and take ' +
    'nothing of it as a proof.',
  async *play(scene) {
    const browser = await scene.open()
    const { id, qr, user_code: userCode } = browser.ticket
    const [address = '', fragment] = qr.url.split('#')
    if (fragment === undefined) yield warn('the QR code has no #: cameras, link previews and logs get what it says')
    if (address.includes('?')) yield warn('the QR code has a query, which ends up in logs and link previews')
    for (const [what, secret] of [
      ['the secret of the browser', browser.secret],
      ['the rotation key', qr.rotation?.key],
    ]) {
      if (secret !== undefined && qr.url.includes(secret)) yield fail(`the QR code holds ${what}`)
    }
    const seen = [id, userCode, userCode.replace('-', ''), fragment ?? '', fragment?.split('.').at(-1) ?? '']
    for (const text of new Set(seen.filter(text => text !== ''))) {
      for (const [call, method, path, body] of [
        ['a poll', 'GET', `/tickets/${id}`, undefined],
        ['redeem', 'POST', `/tickets/${id}/redeem`, {}],
      ] as const) {
        const headers = { authorization: `Bearer ${text}`, origin: scene.origin }
        const reply = await scene.call(method, path, { headers, ...(body && { body }) })
        // 409 and 410 know what state the ticket is in: the door was open.
        if (reply.status < 400 || reply.status === 409 || reply.status === 410) {
          yield fail(`${call} with what is on the screen as the secret is answered ${reply.status}`, reply)
        }
      }
    }
    for (const [call, path, body] of [
      ['scan', '/scan', { qr: qr.url }],
      ['scan by user code', '/scan', { user_code: userCode }],
      ['confirm', `/tickets/${id}/confirm`, { scan_token: 'A'.repeat(43) }],
      ['deny', `/tickets/${id}/deny`, { scan_token: 'A'.repeat(43) }],
    ] as const) {
      const reply = await scene.call('POST', path, { body, headers: { origin: scene.origin } })
      if (reply.status < 400) yield fail(`${call} without a phone's credentials is answered ${reply.status}`, reply)
    }
    const { body, ...reply } = await browser.read()
    if (body.state !== 'pending') yield fail(`after that the ticket is ${body.state}`, reply)
  },
}
