/**
 * Ten thousand browsers that wait, and the phones that wake them, in one program: the moment a phone has its answer
 * and the moment the browser has its own are read from the same clock. Where several processes serve (`ports`), the
 * browsers are all at the first and the phones at the last.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { quantiles } from '../statistics.mjs'
import { createCalls, expectState, send } from './calls.mjs'
import { openConnection } from './connection.mjs'
import { qrAt } from './qr.mjs'

const sourceAddresses = 8

export function createWaiting(target) {
  const calls = createCalls(target)
  const phonesTarget = { ...target, port: target.ports?.at(-1) ?? target.port }
  const waiters = []
  let phone
  let streaming = false
  let refusals = 0
  let fail
  const failed = new Promise((_, reject) => {
    fail = reject
  })
  // It may fail while nobody asks for anything; the next one to ask hears of it.
  failed.catch(() => {})

  async function arrive(number) {
    const from = `127.0.0.${2 + (number % sourceAddresses)}`
    const waiter = { browser: openConnection({ ...target, from }), ticket: undefined, version: 0, seen() {} }
    waiters.push(waiter)
    await begin(waiter)
  }

  async function begin(waiter) {
    waiter.ticket = await ask(waiter.browser, calls.create())
    waiter.begun = performance.now()
    waiter.version = waiter.ticket.version
    if (!streaming) return hold(waiter)
    waiter.browser.stream(calls.stream(waiter.ticket), ticket => notice(waiter, ticket)).catch(fail)
  }

  /** Long poll: one request that is answered when there is news, and repeated when there was none. */
  function hold(waiter) {
    ask(waiter.browser, calls.wait(waiter.ticket, waiter.version)).then(ticket => {
      // As a page does: it shows the next code.
      if (ticket.state === 'expired') begin(waiter).catch(fail)
      else if (ticket.version === waiter.version) hold(waiter)
      else notice(waiter, ticket)
    }, fail)
  }

  /**
   * Where a machine is too busy a call is answered 503, or 408 before it was read, and nothing is lost: it is sent again, as browsers do, and counted.
   * Ever later, as they do: thousands that ask anew every second would be what keeps it busy.
   */
  async function ask(connection, message) {
    for (let tries = 1; ; tries++) {
      try {
        return await send(connection, message)
      } catch (error) {
        if (![408, 503].includes(error.status) || tries === 30) throw error
        refusals++
        await pause(Math.min(10_000, 500 * 2 ** tries) * (0.5 + Math.random()))
        // The server was kept waiting for the first byte for 10 s, and has closed it.
        if (error.status === 408) connection.reopen()
      }
    }
  }

  function notice(waiter, ticket) {
    const now = performance.now()
    if (ticket.version === waiter.version) return
    waiter.version = ticket.version
    waiter.seen(now, ticket)
  }

  function news(waiter) {
    return new Promise(resolve => {
      waiter.seen = (at, ticket) => resolve({ at, ticket })
    })
  }

  /**
   * Answers to these show that the server has got to the end of what was sent before. Over a new connection: one that has
   * asked nothing for 75 s, while others arrived or were let in, is closed by the server.
   */
  async function settle() {
    phone?.close()
    phone = openConnection(phonesTarget)
    const stranger = openConnection(target)
    for (let i = 0; i < 3; i++) await ask(stranger, calls.create())
    stranger.close()
  }

  async function scan(phone, waiter) {
    const qr = qrAt(waiter.ticket, performance.now() - waiter.begun)
    const { scan_token } = await ask(phone, calls.scan(qr, `user-${randomUUID()}`))
    waiter.scanToken = scan_token
    return performance.now()
  }

  /**
   * The code that its page shows. Where that has expired, the next; and where a picture has grown old while it was refused
   * with 503, another one.
   */
  async function scanShown(phone, waiter) {
    for (let tries = 1; ; tries++) {
      const { ticket } = waiter
      try {
        return await scan(phone, waiter)
      } catch (error) {
        if (streaming || ![410, 422].includes(error.status) || tries === 30) throw error
        while (error.status === 410 && waiter.ticket === ticket) await pause(100)
      }
    }
  }

  async function confirm(phone, waiter) {
    await send(phone, calls.confirm(waiter.ticket, waiter.scanToken))
    return performance.now()
  }

  /** The time from the phone's request, and from its answer, to what the browser sees. */
  async function wake(waiter, act, state) {
    // Until the browser's wait is held; it was sent just before.
    await pause(1)
    const seen = news(waiter)
    const asked = performance.now()
    const [answered, { at, ticket }] = await Promise.all([act(phone, waiter), seen])
    expectState(ticket, state)
    return { fromRequest: at - asked, fromAnswer: at - answered }
  }

  return guard(failed, {
    /**
     * Opens connections as fast as it can, or so many at a time, a create and a wait on each. Milliseconds until all are
     * held.
     */
    async arrive({ count, stream, together = count }) {
      streaming = stream
      const started = performance.now()
      let next = 0
      // Who is told to come back later holds up nobody else.
      const lane = async () => {
        while (next < count) await arrive(next++)
      }
      const lanes = []
      for (let number = 0; number < together; number++) {
        lanes.push(lane())
        if (number % 256 === 255) await new Promise(setImmediate)
      }
      await Promise.all(lanes)
      await settle()
      return performance.now() - started
    },

    /** Calls that were answered 503 or 408 so far. */
    async refusals() {
      return refusals
    },

    /** Scans everyone's code as fast as the phones can. Milliseconds until the last browser has seen it. */
    async wakeAll({ concurrency }) {
      const phones = Array.from({ length: concurrency }, () => openConnection(phonesTarget))
      await Promise.all(phones.map(phone => phone.opened()))
      const seen = waiters.map(news)
      const queue = [...waiters]
      const started = performance.now()
      const scanned = phones.map(async phone => {
        for (let waiter = queue.pop(); waiter; waiter = queue.pop()) await scanShown(phone, waiter)
      })
      await Promise.all([...scanned, ...seen])
      const took = performance.now() - started
      for (const phone of phones) phone.close()
      return took
    },

    /**
     * Wakes one browser at random, then another: confirms what was scanned, collects, begins anew and scans again, so
     * that as many wait afterwards as before. Needs `wakeAll` to have been first.
     */
    async wakeEach({ count }) {
      if (!streaming) waiters.forEach(hold)
      await settle()
      const confirms = []
      const scans = []
      for (let i = 0; i < count; i++) {
        const waiter = waiters[Math.floor(Math.random() * waiters.length)]
        confirms.push(await wake(waiter, confirm, 'confirmed'))
        await send(waiter.browser, calls.redeem(waiter.ticket))
        await begin(waiter)
        scans.push(await wake(waiter, scan, 'scanned'))
        hold(waiter)
      }
      return { confirm: spread(confirms), scan: spread(scans) }
    },
  })
}

/** A browser that is let down would otherwise be waited for until the end of days. */
function guard(failed, verbs) {
  const guarded = Object.entries(verbs).map(([name, verb]) => [name, options => Promise.race([verb(options), failed])])
  return Object.fromEntries(guarded)
}

function spread(wakes) {
  return {
    fromAnswer: quantiles(wakes.map(wake => wake.fromAnswer)),
    fromRequest: quantiles(wakes.map(wake => wake.fromRequest)),
  }
}
