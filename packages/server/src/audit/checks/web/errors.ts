/** Refusals: one shape that programs can read, and nothing of what was sent in them. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail } from '../../check.ts'
import type { Scene } from '../../scene.ts'

export const errorShape: Check = {
  id: 'error-shape',
  title: 'Every refusal is a problem of RFC 9457 with a code of the protocol',
  reference: 'protocol',
  advice:
    'Answer application/problem+json with type, title, status and code; see that no proxy replaces it by a page of its own.',
  async *play(scene) {
    for await (const [what, reply] of refusals(scene)) {
      if (reply.status < 400) yield fail(`${what} is answered ${reply.status}`, reply)
      else {
        const wrong = flawOf(reply)
        if (wrong) yield fail(`${what} (${reply.status}) ${wrong}`, reply)
      }
    }
  },
}

async function* refusals(scene: Scene): AsyncGenerator<readonly [what: string, reply: Reply], void> {
  const browser = await scene.open()
  const { id } = browser.ticket
  yield ['what is not JSON', await browser.call('POST', '/tickets', { body: '{' })]
  yield ['an unknown field', await browser.create({ unknown: 1 })]
  yield ['an unknown address', await scene.call('GET', '/no-such-address')]
  yield ['a stranger’s poll', await scene.call('GET', `/tickets/${id}`)]
  yield ['a wrong method', await scene.call('PUT', '/tickets', { body: {} })]
  yield ['a phone without credentials', await scene.call('POST', '/scan', { body: { qr: 'x' } })]
  const other = await scene.open()
  yield ['redeem before the confirm', await other.redeem()]
  yield [
    'a foreign page',
    await other.call('DELETE', `/tickets/${other.ticket.id}`, {
      headers: { origin: 'https://scanlogin-audit.invalid' },
    }),
  ]
  await other.cancel()
  yield ['redeem after cancel', await other.redeem()]
}

function flawOf({ status, headers, body }: Reply): string | undefined {
  if (headers.get('content-type')?.split(';')[0] !== 'application/problem+json') return 'is no application/problem+json'
  const missing = (['type', 'title', 'code'] as const).find(name => typeof body[name] !== 'string' || body[name] === '')
  if (missing) return `has no ${missing}`
  return body.status === status ? undefined : `says status ${body.status}`
}
