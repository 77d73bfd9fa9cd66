/** Browsers that show a code and ask each second whether it was scanned: what a sign-in by polling does while it waits. */
import { setTimeout as pause } from 'node:timers/promises'
import { openConnection } from '../../load/connection.mjs'
import { get, json, jsonPost } from './flows.mjs'

export function createPollers(target) {
  let running = true
  let polls = 0
  let failure

  async function wait(number) {
    const from = `127.0.0.${2 + (number % 8)}`
    const browser = openConnection({ ...target, from })
    const { id } = await json(browser, jsonPost(target.port, '/qr', {}))
    // Spread over the second as browsers are.
    await pause(Math.random() * 1000)
    return async () => {
      const message = get(target.port, `/status?id=${id}`)
      for (let due = performance.now(); running; due += 1000) {
        await pause(Math.max(0, due - performance.now()))
        const { status } = await json(browser, message)
        if (status !== 'pending') throw new Error(`a browser that waits was told "${status}"`)
        polls++
      }
      browser.close()
    }
  }

  return {
    async arrive({ count }) {
      const waiting = await Promise.all(Array.from({ length: count }, (_, number) => wait(number)))
      for (const poll of waiting) {
        poll().catch(error => {
          failure ??= error
        })
      }
    },

    async count() {
      if (failure) throw failure
      return polls
    },

    async stop() {
      running = false
    },
  }
}
