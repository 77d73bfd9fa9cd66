/** The line between browser, phone and deployment. */
import { type Check, fail, note, Unready, warn } from '../../check.ts'

export const transport: Check = {
  id: 'transport',
  title: 'Everything travels by TLS, and browsers know that it must',
  reference: 'T28, T30',
  advice:
    'Terminate TLS 1.2 or later in front of the deployment, name the https origin as its public address, and send ' +
    'Strict-Transport-Security with a max-age of at least half a year.',
  async *play(scene) {
    const browser = await scene.open()
    const { protocol, hostname } = new URL(scene.url)
    const code = browser.ticket.qr.url
    if (protocol !== 'https:') {
      if (isLocal(hostname)) throw new Unready('the deployment is on this machine, without TLS')
      yield fail('secrets, cookies and sessions travel on an open line')
      return
    }
    if (!code.startsWith('https:')) yield fail(`the QR code opens ${code.split('#')[0]}, an address without TLS`)
    const reply = await browser.read()
    const maxAge = /max-age="?(\d+)/i.exec(reply.headers.get('strict-transport-security') ?? '')?.[1]
    if (maxAge === undefined)
      yield warn('browsers are not told to come by TLS only: Strict-Transport-Security is missing', reply)
    else if (Number(maxAge) < 15_552_000)
      yield warn(`Strict-Transport-Security lasts ${maxAge} s, less than half a year`, reply)
    const { protocol: version, daysLeft } = await scene.wire.certificate(new URL(scene.url).origin)
    if (daysLeft < 14) yield warn(`the certificate ends in ${daysLeft} days`)
    yield note(`${version}, and a certificate for ${daysLeft} more days`)
  },
}

function isLocal(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
}
