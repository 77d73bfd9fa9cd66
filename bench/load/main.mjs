/** The load as a program of its own: does what the conductor asks of it over the IPC channel, one thing at a time. */
import { createPeerSignIns } from '../peers/load/flows.mjs'
import { createPollers } from '../peers/load/pollers.mjs'
import { createSubscribers } from '../peers/load/subscribers.mjs'
import { createKeyedSignIns, createSignIns } from './sign-ins.mjs'
import { createWaiting } from './waiting.mjs'

const loads = {
  signIns: createSignIns,
  keyedSignIns: createKeyedSignIns,
  waiting: createWaiting,
  peerSignIns: createPeerSignIns,
  pollers: createPollers,
  subscribers: createSubscribers,
}
const [kind, target] = process.argv.slice(2)
const load = loads[kind](JSON.parse(target))

process.on('message', async ({ verb, options }) => {
  try {
    answer({ result: await load[verb](options) })
  } catch (error) {
    answer({ error: error.message })
  }
})

/** A conductor that has given up meanwhile hears nothing, and this program ends by itself. */
function answer(message) {
  process.send(message, () => {})
}
process.on('disconnect', () => process.exit())
