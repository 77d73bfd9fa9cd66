/** What the phone is shown before "sign in": seen by the server, not written by whoever asks. */
import { type Check, fail, note } from '../../check.ts'
import { expectStatus } from '../../scene.ts'

/** An address of RFC 5737: nobody has it. */
const nobodys = '203.0.113.77'

export const forgedAddress: Check = {
  id: 'forged-address',
  title: 'The browser cannot choose the address that the phone is shown',
  reference: 'T3',
  advice:
    'Take the address from the connection, or from X-Forwarded-For counted from the right by as many proxies as you run ' +
    '(SCANLOGIN_TRUSTED_PROXIES). It also appears where the audit goes past those proxies.',
  needs: 'phone',
  async *play(scene) {
    for (const headers of [
      { 'x-forwarded-for': nobodys },
      { 'x-real-ip': nobodys },
      { forwarded: `for=${nobodys}` },
      { 'true-client-ip': nobodys, 'cf-connecting-ip': nobodys, 'x-client-ip': nobodys },
    ]) {
      const browser = await scene.open({ headers })
      const reply = await scene.newPhone().scan(browser.ticket.qr.url)
      expectStatus('POST /scan', reply, 200)
      const ip = reply.body.context?.observed?.ip
      if (ip === nobodys)
        yield fail(`the phone is shown the address that the header ${Object.keys(headers)[0]} says`, reply)
      if (ip === undefined) yield note('the phone is shown no address', reply)
    }
  },
}

export const contextText: Check = {
  id: 'context-text',
  title: 'What the browser says about itself cannot disguise what the phone is shown',
  reference: 'T12',
  advice:
    'Reduce the user agent to names from a list. Strip control and bidirectional characters from every text, names of ' +
    'people included, and show it as text.',
  needs: 'phone',
  async *play(scene) {
    const browser = await scene.open({ headers: { 'user-agent': asHeader(`Mozilla/5.0 ${disguise} Chrome/140`) } })
    const phone = scene.newPhone(`Alice ${disguise}`)
    const reply = await phone.scan(browser.ticket.qr.url)
    expectStatus('POST /scan', reply, 200)
    const shown = textsIn(reply.body.context).join(' ')
    if (disguising.test(shown)) yield fail('the phone is shown control or bidirectional characters', reply)
    if (shown.includes('<img')) yield fail('the phone is shown the markup in the browser’s user agent', reply)
    const seen = await browser.read()
    const name = seen.body.scanned_by?.name ?? ''
    if (disguising.test(name)) yield fail('the browser is shown control or bidirectional characters', seen)
  },
}

/** Right-to-left override, an isolate, a zero-width joiner, and markup. */
const disguise = '\u202e\u2066\u200d<img src=x onerror=alert(1)>'
const disguising = /[\p{Cc}\p{Bidi_Control}]/u

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

/** A header holds bytes: text in UTF-8, each byte as a character. */
function asHeader(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text))
}
