/** Whole sign-ins, one after another on each pair of connections: create, wait, scan, wait, confirm, redeem. */
import { createCalls, expectState, send } from './calls.mjs'
import { openConnection } from './connection.mjs'

export function createSignIns(target) {
  const calls = createCalls(target)
  let running = false
  let done = 0
  let lanes = []

  async function lane(number) {
    const browser = openConnection(target)
    const phone = openConnection(target)
    await Promise.all([browser.opened(), phone.opened()])
    while (running) {
      await signIn(calls, browser, phone, `user-${number}`)
      done++
    }
    browser.close()
    phone.close()
  }

  return {
    async start({ concurrency }) {
      running = true
      lanes = Array.from({ length: concurrency }, (_, number) => lane(number))
      // A lane that fails must be heard of even while nobody asks; `stop` then tells why.
      for (const lane of lanes) lane.catch(() => (running = false))
    },

    /** Sign-ins so far, and the CPU seconds this program has used. */
    async count() {
      // Ended by itself: a lane has failed and says why.
      if (!running) await Promise.all(lanes)
      const { user, system } = process.cpuUsage()
      return { done, cpu: (user + system) / 1e6 }
    },

    async stop() {
      running = false
      await Promise.all(lanes)
    },
  }
}

export async function signIn(calls, browser, phone, user) {
  const ticket = await send(browser, calls.create())
  const scan = seeNext(calls, browser, ticket, ticket.version)
  const { scan_token } = await send(phone, calls.scan(ticket.qr.url, user))
  const scanned = await scan
  expectState(scanned, 'scanned')
  const confirmation = seeNext(calls, browser, ticket, scanned.version)
  await send(phone, calls.confirm(ticket, scan_token))
  expectState(await confirmation, 'confirmed')
  await send(browser, calls.redeem(ticket))
}

/** What the browser sees next: a wait that ends without news is repeated, as a browser does. */
async function seeNext(calls, browser, ticket, since) {
  for (;;) {
    const seen = await send(browser, calls.wait(ticket, since))
    if (seen.version > since) return seen
  }
}
