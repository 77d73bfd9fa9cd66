/** What the browser is told of the person before the sign-in is collected: next to nothing. */
import type { Reply } from 'scanlogin/testing'
import { type Check, fail, note, type Remark, warn } from '../../check.ts'
import { confirm, expectStatus } from '../../scene.ts'

const person = 'Quentin Auditor'

export const personalFields: Check = {
  id: 'personal-fields',
  title: 'Before redeem a ticket tells no user id, name, address, phone number or token',
  reference: 'F6, T19',
  advice:
    'Build the ticket’s JSON field by field from the list in the protocol. Mask the name of who scanned, or leave it out; ' +
    'everything else about a person belongs in the answer to redeem.',
  async *play(scene) {
    const browser = await scene.open()
    yield* judge('pending', await browser.read(), [])
    if (!scene.hasPhone) {
      yield note('only the state pending was looked at: without an API key no phone can scan')
      return
    }
    const phone = scene.userPhone(person)
    const { id = '' } = phone.user ?? {}
    // An id of a few letters stands in other words by chance.
    const personal = id.length < 6 ? [person] : [id, person]
    expectStatus('POST /scan', await phone.scan(browser.ticket.qr.url), 200)
    yield* judge('scanned', await browser.read(), personal)
    const refused = await scene.newPhone('Mallory Auditor').scan(browser.ticket.qr.url)
    if (personal.some(text => refused.text.includes(text))) yield fail('another phone is told who has scanned', refused)
    yield* judge('scanned twice', await browser.read(), personal)
    await confirm({ browser, phone })
    yield* judge('confirmed', await browser.read(), personal)
    expectStatus('POST /tickets/{id}/redeem', await browser.redeem(), 200)
    yield* judge('redeemed', await browser.read(), personal)
  },
}

async function* judge(state: string, reply: Reply, personal: readonly string[]): AsyncGenerator<Remark, void> {
  for (const text of personal) {
    if (reply.text.includes(text))
      yield fail(`in the state ${state} a poll tells ${text === person ? 'the whole name' : 'the user id'}`, reply)
  }
  for (const [path, name] of fieldsOf(reply.body)) {
    if (known.has(path)) continue
    const says = `in the state ${state} a poll has the field ${path}, which the protocol does not know`
    yield (telling.test(name) ? fail : warn)(says, reply)
  }
}

const known = new Set([
  ...['id', 'state', 'version', 'expires_in', 'poll_after', 'contended', 'reason'],
  ...['scanned_by', 'scanned_by.name', 'scanned_by.avatar'],
  ...['check_code', 'check_code.digits', 'check_code.attempts_left'],
])

/** Names of fields that tell who somebody is, or let somebody in. */
const telling =
  /user|account|phone|mobile|mail|open_?id|union_?id|^sub$|^uid$|name|avatar|token|session|secret|address|birth/i

function fieldsOf(body: object, above = ''): [path: string, name: string][] {
  return Object.entries(body).flatMap(([name, value]) => {
    const path = `${above}${name}`
    const own: [string, string][] = [[path, name]]
    return typeof value === 'object' && value !== null ? [...own, ...fieldsOf(value, `${path}.`)] : own
  })
}
