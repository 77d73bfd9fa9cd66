/** Addresses that a caller may try to put into the deployment's mouth. */
import { type Check, fail } from '../../check.ts'

const foreign = 'scanlogin-audit.invalid'

export const returnAddress: Check = {
  id: 'return-address',
  title: 'A browser is sent nowhere but to addresses on a list',
  reference: 'T11',
  advice: 'Compare return_to with a list of whole addresses, to the letter, when the ticket is created.',
  async *play(scene) {
    const { host } = new URL(scene.origin)
    for (const returnTo of [
      `https://${foreign}/`,
      `//${foreign}`,
      `/\\${foreign}`,
      `https:${foreign}`,
      `https://${host}@${foreign}/`,
      `https://${host}.${foreign}/`,
      `https://${foreign}/?${scene.origin}/`,
      `${scene.origin}\t//${foreign}`,
      'javascript:alert(1)',
      'data:text/html,x',
    ]) {
      const reply = await scene.newBrowser().create({ return_to: returnTo })
      if (reply.status < 400) yield fail(`create takes the return address ${JSON.stringify(returnTo)}`, reply)
    }
  },
}

export const forwardedHost: Check = {
  id: 'forwarded-host',
  title: 'Nobody who asks for a ticket chooses the site that the QR code opens',
  reference: 'T30',
  advice: 'Take the public address from the configuration, never from Host, X-Forwarded-Host or Forwarded.',
  async *play(scene) {
    const { qr } = (await scene.open()).ticket
    const [usual = ''] = qr.url.split('#')
    for (const headers of [
      { 'x-forwarded-host': foreign },
      { forwarded: `host=${foreign};proto=https` },
      { 'x-host': foreign, 'x-original-host': foreign },
      { 'x-forwarded-proto': 'ftp', 'x-forwarded-prefix': `/${foreign}` },
    ]) {
      const browser = scene.newBrowser({ headers })
      const reply = await browser.create()
      if (reply.status !== 201) continue
      if (browser.ticket.qr.url.split('#')[0] !== usual) {
        yield fail(`the QR code follows the header ${Object.keys(headers)[0]}`, reply)
      }
    }
  },
}
