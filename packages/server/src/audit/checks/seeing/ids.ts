/** Whether ids and secrets can be guessed or chosen, as far as a sample of them tells. */
import type { ScriptedBrowser } from 'scanlogin/testing'
import { type Check, fail, note, type Remark, warn } from '../../check.ts'
import type { Scene } from '../../scene.ts'

/** Tickets that the statistics look at. */
const sampleSize = 32

export const predictableId: Check = {
  id: 'predictable-id',
  title: 'Ids are long, all different, and in no order',
  reference: 'F3, T13',
  advice:
    'Make ids of 128 random bits from the system’s generator, on the server: no counter, time, hash of either, or digits.',
  async *play(scene) {
    yield* judge(
      'id',
      (await sample(scene)).map(({ ticket }) => ticket.id),
    )
  },
}

export const predictableSecret: Check = {
  id: 'predictable-secret',
  title: 'Secrets are long, all different, and appear in nothing but the answer that gives them',
  reference: 'T1',
  advice: 'Make a secret of 256 random bits for each ticket, apart from its id, and never show it again after create.',
  async *play(scene) {
    const browsers = await sample(scene)
    yield* judge(
      'secret',
      browsers.map(({ secret }) => secret),
    )
    for (const { ticket, secret } of browsers) {
      if (secret.includes(ticket.id) || ticket.id.includes(secret)) yield fail('the secret and the id hold one another')
    }
    for (const browser of browsers.slice(0, 1)) {
      const reply = await browser.read()
      const shown = `${reply.text} ${[...reply.headers.values()].join(' ')}`
      if (shown.includes(browser.secret)) yield fail('a poll is answered with the secret', reply)
    }
  },
}

export const controllableId: Check = {
  id: 'controllable-id',
  title: 'The browser cannot choose the id or the secret of its ticket',
  reference: 'F4, T13',
  advice: 'Make both on the server, and refuse fields that create does not know.',
  async *play(scene) {
    const like = (await scene.open()).ticket.id
    const wanted = [...like].toReversed().join('')
    for (const name of ['id', 'ticket_id', 'qr_id', 'session_id', 'uuid', 'state', 'secret']) {
      const browser = scene.newBrowser()
      const reply = await browser.create({ [name]: wanted })
      if (reply.status !== 201) continue
      if (browser.ticket.id === wanted || browser.secret === wanted)
        yield fail(`create takes the ${name} that it is sent`, reply)
      else yield warn(`create goes on where it is sent the field ${name}, which it does not know`, reply)
    }
    const browser = scene.newBrowser()
    const path = `/tickets?id=${wanted}&ticket_id=${wanted}`
    const reply = await browser.call<{ id: string }>('POST', path, { body: {} })
    if (reply.body.id === wanted) yield fail('create takes an id from the query', reply)
  },
}

/** Opened for each check anew: a scene ends its tickets after every one. */
async function sample(scene: Scene): Promise<ScriptedBrowser[]> {
  const browsers: ScriptedBrowser[] = []
  for (let made = 0; made < sampleSize; made++) browsers.push(await scene.open({ proof: 'bearer' }))
  return browsers
}

async function* judge(what: string, made: readonly string[]): AsyncGenerator<Remark, void> {
  if (new Set(made).size < made.length)
    yield fail(`${made.length} tickets have ${new Set(made).size} different ${what}s`)
  const bits = Math.floor(bitsOf(made))
  const example = what === 'id' ? `, such as ${made[0]}` : ''
  if (bits < 64) yield fail(`a sample of ${made.length} ${what}s varies by ${bits} bits only${example}`)
  else if (bits < 90) yield warn(`a sample of ${made.length} ${what}s varies by ${bits} bits${example}`)
  else yield note(`a sample of ${made.length} ${what}s varies by at least ${bits} bits`)
  if (made.every((one, index) => index === 0 || compare(made[index - 1] ?? '', one) < 0)) {
    yield (bits < 64 ? fail : warn)(`${what}s are in the order in which they were made: a counter or a time is in them`)
  }
}

/**
 * How much a sample varies, place by place. It is too low for a good generator (32 of 64 letters cannot all turn up)
 * and too high for a bad one that looks random, such as a hash of a counter: no sample can tell that.
 */
function bitsOf(made: readonly string[]): number {
  const places = Math.min(...made.map(({ length }) => length))
  let bits = 0
  for (let place = 0; place < places; place++) bits += Math.log2(new Set(made.map(one => one[place])).size)
  return bits
}

/** Numbers by their size, everything else by its letters. */
function compare(one: string, other: string): number {
  if (/^\d+$/.test(one) && /^\d+$/.test(other) && one.length !== other.length) return one.length - other.length
  return one < other ? -1 : one > other ? 1 : 0
}
