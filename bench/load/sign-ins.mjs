/** Whole sign-ins, one after another on each pair of connections: create, wait, scan, wait, confirm, redeem. */
import { randomUUID } from 'node:crypto'
import { createCalls, expectState, send } from './calls.mjs'
import { openConnection } from './connection.mjs'
import { createProver } from './proof.mjs'

export function createSignIns(target) {
  return createSignInsBy(target, () => createCalls(target))
}

/** Each browser proves a key of its own, which is new to everybody who signs in with it. */
export function createKeyedSignIns(target) {
  return createSignInsBy(target, () => createCalls(target, createProver(target.publicUrl)))
}

function createSignInsBy(target, openCalls) {
  return createLanes(async number => {
    const calls = openCalls()
    const [browser, phone] = await openPair(target, number)
    return {
      // A crowd of people who sign in once, and not a few who do nothing else: those are slowed down.
      signIn: () => signIn(calls, browser, phone, `user-${randomUUID()}`),
      close() {
        browser.close()
        phone.close()
      },
    }
  })
}

/** A browser's connection and a phone's. Where several processes serve (`ports`), the two never ask the same one. */
export async function openPair(target, number) {
  const { ports = [target.port] } = target
  const pair = [0, 1].map(side => openConnection({ ...target, port: ports[(number + side) % ports.length] }))
  await Promise.all(pair.map(connection => connection.opened()))
  return pair
}

/** `open` makes what signs one person in after another: `{ signIn, close }`. */
export function createLanes(open) {
  let running = false
  let done = 0
  let lanes = []

  async function lane({ signIn, close }) {
    while (running) {
      await signIn()
      done++
    }
    close()
  }

  return {
    async start({ concurrency }) {
      const opened = await Promise.all(Array.from({ length: concurrency }, (_, number) => open(number)))
      running = true
      lanes = opened.map(lane)
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
