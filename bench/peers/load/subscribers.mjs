/**
 * Long-poll subscribers of nchan, a channel each, and the publisher that wakes them, in one program with one clock.
 * `target.publishPort` is where to publish.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { openConnection } from '../../load/connection.mjs'
import { quantiles } from '../../statistics.mjs'
import { get, jsonPost } from './flows.mjs'

const news = { state: 'confirmed', version: 3 }

export function createSubscribers(target) {
  const subscribers = []
  let publisher
  let fail
  const failed = new Promise((_, reject) => {
    fail = reject
  })
  failed.catch(() => {})

  function subscribe(subscriber) {
    subscriber.connection.request(get(target.port, `/sub/${subscriber.channel}`)).then(({ status, body }) => {
      if (status !== 200 || !body.includes(news.state))
        return fail(new Error(`a subscriber was answered ${status}: ${body}`))
      subscriber.hear(performance.now())
    }, fail)
  }

  async function publish(channel) {
    const { status, body } = await publisher.request(jsonPost(target.publishPort, `/pub/${channel}`, news))
    if (status >= 300) throw new Error(`publishing was answered ${status}: ${body}`)
  }

  async function wake(subscriber) {
    const heard = new Promise(resolve => {
      subscriber.hear = resolve
    })
    const asked = performance.now()
    const [at] = await Promise.all([heard, publish(subscriber.channel)])
    return at - asked
  }

  const verbs = {
    /** Milliseconds until all are connected and have asked. */
    async arrive({ count }) {
      const started = performance.now()
      const opened = []
      for (let number = 0; number < count; number++) {
        const connection = openConnection({ ...target, from: `127.0.0.${2 + (number % 8)}` })
        const subscriber = { connection, channel: `c${number}`, hear() {} }
        subscribers.push(subscriber)
        opened.push(connection.opened())
        subscribe(subscriber)
        if (number % 256 === 255) await new Promise(setImmediate)
      }
      await Promise.all(opened)
      publisher = openConnection({ host: target.host, port: target.publishPort })
      await publisher.opened()
      return performance.now() - started
    },

    /** One at random after another, as many waiting afterwards as before. Milliseconds from the publication's request. */
    async wakeEach({ count }) {
      const took = []
      for (let i = 0; i < count; i++) {
        const subscriber = subscribers[Math.floor(Math.random() * subscribers.length)]
        took.push(await wake(subscriber))
        subscribe(subscriber)
        // Until it is held again, should the next one be the same.
        await pause(1)
      }
      return quantiles(took)
    },
  }
  return Object.fromEntries(
    Object.entries(verbs).map(([name, verb]) => [name, options => Promise.race([verb(options), failed])]),
  )
}
