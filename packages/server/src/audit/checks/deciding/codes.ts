/** The code on the screen: only the deployment and the browser can draw it, and a picture of it grows old. */
import { type Check, fail, warn } from '../../check.ts'
import { expectStatus } from '../../scene.ts'

export const forgedCode: Check = {
  id: 'forged-code',
  title: 'A QR code with a wrong or future MAC is refused',
  reference: 'T2',
  advice:
    'Check the MAC over id and step with the ticket’s own rotation key, in constant time, and take the step now and the one before only.',
  needs: 'phone',
  async *play(scene) {
    const other = await scene.open()
    const browser = await scene.open()
    const { id, qr } = browser.ticket
    if (!qr.rotation) {
      yield warn('the code does not rotate: a photo of it can be scanned as long as the ticket lives')
      return
    }
    const phone = scene.newPhone()
    const mac = (url: string) => url.split('.').at(-1) ?? ''
    // Three tries, no more: a deployment may end a ticket that is guessed at.
    for (const [what, url] of [
      ["another ticket's MAC", `${qr.url.slice(0, -mac(qr.url).length)}${mac(other.ticket.qr.url)}`],
      ['no MAC', `${qr.url.split('#')[0]}#${id}`],
      ['the step of ten minutes later', await browser.draw(600)],
    ] as const) {
      const reply = await phone.scan(url)
      if (reply.status < 400) yield fail(`a code with ${what} is answered ${reply.status}`, reply)
    }
  },
}

export const staleCode: Check = {
  id: 'stale-code',
  title: 'A picture of the QR code is dead after 20 seconds, and the one on the screen is not',
  reference: 'T2',
  advice: 'Count the step from the creation by the server’s clock; refuse what is older than one step with `stale_qr`.',
  needs: 'phone',
  slow: true,
  async *play(scene) {
    const browser = await scene.open()
    const { qr } = browser.ticket
    if (!qr.rotation) {
      yield warn('the code does not rotate: a photo of it can be scanned as long as the ticket lives')
      return
    }
    const age = 2 * qr.rotation.step_seconds + 1
    await scene.pause(age * 1000)
    const phone = scene.newPhone()
    const reply = await phone.scan(qr.url)
    if (reply.status < 400) yield fail(`a code that was drawn ${age} s ago is answered ${reply.status}`, reply)
    else if (reply.status !== 422) yield warn(`a code that is too old is answered ${reply.status}, not 422`, reply)
    const fresh = await phone.scan(await browser.draw(age))
    if (fresh.status !== 200) yield warn(`the code on the screen is answered ${fresh.status}`, fresh)
  },
}

export const expiry: Check = {
  id: 'expiry',
  title: 'A ticket that nobody scans ends by itself within five minutes',
  reference: 'T2, T31',
  advice: 'Compute the end from the clock at every call, and let no clean-up decide it.',
  slow: true,
  async *play(scene) {
    const browser = await scene.open()
    const { expires_in: life } = browser.ticket
    if (!(life >= 1 && life <= 300)) {
      yield fail(`a ticket lives for ${life} s, where the protocol allows 60 to 300`)
      return
    }
    const last = await browser.draw(life)
    await scene.pause((life + 1) * 1000)
    const { body, ...reply } = await browser.read()
    if (body.state !== 'expired') yield fail(`after its end the ticket is ${body.state}`, reply)
    const collected = await browser.redeem()
    if (collected.status < 400) yield fail(`redeem after the end is answered ${collected.status}`, collected)
    if (!scene.hasPhone) return
    const scan = await scene.newPhone().scan(last)
    if (scan.status < 400) yield fail(`scan after the end is answered ${scan.status}`, scan)
  },
}

export const redeemWindow: Check = {
  id: 'redeem-window',
  title: 'Half a minute after it was collected a ticket gives nothing, also to the browser that began it',
  reference: 'F2, T6',
  advice:
    'Let redeem repeat its answer for 30 s, for the sake of lost answers, and refuse it with `already_redeemed` from then on.',
  needs: 'phone',
  slow: true,
  async *play(scene) {
    const { browser } = await scene.confirmed()
    expectStatus('POST /tickets/{id}/redeem', await browser.redeem(), 200)
    await scene.pause(32_000)
    const reply = await browser.redeem()
    if (reply.status < 400) yield fail(`redeem 32 s later is answered ${reply.status}`, reply)
  },
}
