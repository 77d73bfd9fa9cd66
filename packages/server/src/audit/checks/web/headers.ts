/** The headers that belong on every answer of the API, refusals included: a proxy often drops them from those. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail, type Remark, warn } from '../../check.ts'
import type { Scene } from '../../scene.ts'

export const answerHeaders: Check = {
  id: 'answer-headers',
  title: 'Every answer forbids guessing its type and carrying its address to other sites',
  reference: 'T17, T18',
  advice: 'Set X-Content-Type-Options: nosniff and Referrer-Policy: no-referrer on every answer, in one place.',
  async *play(scene) {
    for await (const [what, reply] of answers(scene)) {
      yield* expectHeader(what, reply, 'x-content-type-options', /^nosniff$/i)
      yield* expectHeader(what, reply, 'referrer-policy', /^no-referrer$/i)
      const shared = reply.headers.get('cross-origin-resource-policy')
      if (shared === null) yield warn(`${what} has no Cross-Origin-Resource-Policy`, reply)
    }
  },
}

export const caching: Check = {
  id: 'caching',
  title: 'Nothing on the way keeps an answer',
  reference: 'T18, T32',
  advice: 'Set Cache-Control: no-store on every answer, and let no proxy or content network cache the API.',
  async *play(scene) {
    for await (const [what, reply] of answers(scene)) {
      yield* expectHeader(what, reply, 'cache-control', /\bno-store\b/i)
      const hit = ['age', 'x-cache', 'cf-cache-status'].find(name =>
        /^[1-9]\d*$|^hit/i.test(reply.headers.get(name) ?? ''),
      )
      if (hit !== undefined) yield fail(`${what} comes from a cache, as its header ${hit} says`, reply)
    }
    const browser = await scene.open()
    await browser.read()
    const reply = await scene.call('GET', `/tickets/${browser.ticket.id}`)
    if (reply.text.includes('"state":')) yield fail('the answer to one browser is given to the next', reply)
  },
}

/** One of each kind: created, read, polled again, and refused in several ways. */
async function* answers(scene: Scene): AsyncGenerator<readonly [what: string, reply: Reply], void> {
  const browser = scene.newBrowser()
  yield ['create', await browser.create()]
  const { id } = browser.ticket
  const read = await browser.read()
  yield ['a poll', read]
  yield [
    'a poll that is not modified',
    await browser.read({ headers: { 'if-none-match': read.headers.get('etag') ?? '' } }),
  ]
  yield ['a stream', await browser.call('GET', `/tickets/${id}`, { headers: { accept: 'text/event-stream' } })]
  yield ['a stranger’s poll', await scene.call('GET', `/tickets/${id}`)]
  yield ['an unknown address', await scene.call('GET', '/no-such-address')]
  yield ['a wrong method', await scene.call('PUT', '/tickets')]
  yield ['a body that is not JSON', await browser.call('POST', `/tickets/${id}/redeem`, { body: '{' })]
  yield [
    'a foreign page',
    await browser.call('POST', `/tickets/${id}/redeem`, {
      body: {},
      headers: { origin: 'https://scanlogin-audit.invalid' },
    }),
  ]
  yield ['a phone without credentials', await scene.call('POST', '/scan', { body: { qr: 'x' } })]
  yield ['cancel', await browser.cancel()]
}

/** `wanted` is matched against the value; several headers of one name come joined by commas. */
export function* expectHeader(what: string, reply: Reply, name: string, wanted: RegExp): Generator<Remark, void> {
  const value = reply.headers.get(name)
  if (value === null) yield fail(`${what} (${reply.status}) has no ${name}`, reply)
  else if (!wanted.test(value)) yield fail(`${what} (${reply.status}) has ${name}: ${value}`, reply)
}
