/** Input that no client of the protocol sends: it is refused, never fails, and is never repeated. */
import type { CallOptions, Reply } from 'scanlogin/testing'
import { type Check, fail, warn } from '../../check.ts'
import type { Scene } from '../../scene.ts'

export const badInput: Check = {
  id: 'bad-input',
  title: 'Bad input is refused, and never an error of the server',
  reference: 'protocol',
  advice:
    'Check the type, the length and the characters of every field at the border; answer 400 and log nothing but the field’s name.',
  async *play(scene) {
    for await (const [what, reply] of attempts(scene, 'x')) {
      if (reply.status >= 500) yield fail(`${what} is answered ${reply.status}`, reply)
    }
  },
}

export const echo: Check = {
  id: 'echo',
  title: 'A refusal repeats nothing of what was sent',
  reference: 'T12, T18',
  advice: 'Say which field is wrong, not what stood in it: what comes back may be shown, logged or run.',
  async *play(scene) {
    const marker = `audit${crypto.randomUUID().slice(0, 8)}`
    for await (const [what, reply] of attempts(scene, marker)) {
      const told = `${reply.text} ${[...reply.headers].flat().join(' ')}`
      if (told.includes(marker)) yield fail(`${what} comes back in the answer`, reply)
    }
  },
}

export const limits: Check = {
  id: 'limits',
  title: 'A body over 16 KiB is refused for its size',
  reference: 'T22',
  advice: 'Count the bytes while they come in and answer 413 at 16 KiB, before anything is parsed.',
  async *play(scene) {
    const reply = await scene.newBrowser().call('POST', '/tickets', { body: `{}${' '.repeat(20 * 1024)}` })
    if (reply.status < 400) yield fail(`a body of 20 KiB is answered ${reply.status}`, reply)
    else if (reply.status !== 413) yield warn(`a body of 20 KiB is answered ${reply.status}, not 413`, reply)
  },
}

async function* attempts(scene: Scene, marker: string): AsyncGenerator<readonly [what: string, reply: Reply], void> {
  const browser = await scene.open()
  const path = `/tickets/${browser.ticket.id}`
  const strangers = scene.hasPhone ? scene.newPhone() : undefined
  for (const [what, body] of bodies(marker)) {
    for (const [call, address] of [
      ['create', '/tickets'],
      ['verify', `${path}/verify`],
      ['redeem', `${path}/redeem`],
    ] as const) {
      yield [`${what} at ${call}`, await browser.call('POST', address, { body })]
    }
    if (strangers) yield [`${what} at scan`, await strangers.call('POST', '/scan', { body })]
  }
  for (const [what, address, options] of addresses(path, marker)) {
    yield [what, await browser.call('GET', address, options)]
  }
}

function bodies(marker: string): (readonly [what: string, body: string | Uint8Array])[] {
  const text = `${marker}<script>alert(1)</script>`
  return [
    ['what is not JSON', `{"${marker}`],
    ['no body at all', ''],
    ['a list', `["${text}"]`],
    ['a text', `"${text}"`],
    ['null', 'null'],
    ['a number too large', `{"return_to": 1e999, "${marker}": 1}`],
    ['deep nesting', `${'['.repeat(3000)}"${marker}"${']'.repeat(3000)}`],
    ['__proto__', `{"__proto__": {"${marker}": 1}, "constructor": {"prototype": {}}}`],
    ['a field unknown', `{"${marker}": "${text}"}`],
    [
      'fields of the wrong kind',
      `{"return_to": {"${marker}": []}, "client_id": 7, "qr": ["${marker}"], "check_code": true}`,
    ],
    [
      'long text',
      `{"return_to": "${marker.repeat(400)}", "qr": "${marker.repeat(400)}", "code_verifier": "${marker.repeat(400)}"}`,
    ],
    ['control characters', `{"client_id": "${marker}\\u0000\\u202e\\ud800", "user_code": "${marker}\\u0000"}`],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x22, 0x7d)],
    [
      'an address of another site',
      `{"return_to": "https://${marker}.invalid/", "qr": "https://${marker}.invalid/s#x"}`,
    ],
  ]
}

function addresses(path: string, marker: string): (readonly [what: string, address: string, options?: CallOptions])[] {
  return [
    ['an unknown address', `/${marker}`],
    ['an id that cannot be', `/tickets/${marker}`],
    ['a percent sign alone', `/tickets/%`],
    ['bytes that are no letters', `/tickets/%FF%FE%00${marker}`],
    ['a way upwards', `/tickets/..%2f..%2f${marker}`],
    ['a long id', `/tickets/${marker.repeat(100)}`],
    ['an unknown verb', `${path}/${marker}`],
    ['a wait that is no number', `${path}?wait=${marker}&since=${marker}`],
    ['a wait without end', `${path}?wait=-1&since=9${'9'.repeat(300)}`],
    ['a long query', `${path}?${marker}=${'x'.repeat(2000)}`],
    ['a version that is none', path, { headers: { 'if-none-match': marker } }],
    ['an odd cookie', path, { headers: { cookie: `${marker}; =; ;;; a=${'b'.repeat(2000)}` } }],
    ['an odd Accept', path, { headers: { accept: marker } }],
    ['an event that is none', path, { headers: { accept: 'text/event-stream', 'last-event-id': marker } }],
  ]
}
