/** Whatever is sent: a clear refusal, no failure, no echo, and the sign-ins in progress go on. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apiKey, type Started, start } from '../start.ts'
import { payloads } from './corpus.ts'

/** Stands in everything that is sent, so that it can be looked for in what comes back. */
const mark = 'zqxj'
const origin = 'https://id.example.com'
const json = { 'content-type': 'application/json' }

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom(...Object.values(payloads), '', '__proto__', 'constructor', '0', '-1', 'NaN', '\ud800', 'ＢＣＤＦ'),
)
const headerText = text.map(value => value.replace(/[^\t\x20-\x7e\xa0-\xff]/g, '').trim())
const verb = fc.constantFrom('', '/verify', '/redeem', '/confirm', '/deny', '/socket', '/__proto__', '/', '//')
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PROPFIND', 'constructor')

describe('whatever is sent', () => {
  it('as a path, is a 4xx', () =>
    everyone(fc.tuple(method, text, verb, text), async ([method, id, verb, query], { fetch }) => {
      const path = `/v1/tickets/${encodeURIComponent(mark + wellFormed(id))}${verb}?${encodeURIComponent(wellFormed(query))}`
      return fetch(path, { method, headers: { origin } })
    }))

  it('as a query of a poll, is clamped', () =>
    everyone(fc.record({ since: text, more: text }), async ({ since, more }, { browser }) => {
      const query = new URLSearchParams([
        ['since', since],
        [more, more],
        ['wait', '0'],
        ['wait', since],
      ])
      const reply = await browser.call('GET', `/tickets/${browser.ticket.id}?${query}`)
      expect([reply.status, reply.body]).toMatchObject([200, { state: 'pending' }])
    }))

  it('as a number of seconds, is a wait or none', () =>
    everyone(
      fc.oneof(fc.double(), fc.bigInt(), text),
      async (wait, { browser, clock }) => {
        const query = new URLSearchParams({ wait: String(wait), since: '1' })
        const reply = browser.call('GET', `/tickets/${browser.ticket.id}?${query}`)
        let answered = false
        void reply.then(() => {
          answered = true
        })
        for (let seconds = 0; !answered && seconds <= 25; seconds += 5) await clock.advance(seconds > 0 ? 5000 : 0)
        expect([answered, (await reply).status]).toEqual([true, 200])
      },
      8,
    ))

  it('as a header, changes no answer but to a refusal', () =>
    everyone(fc.tuple(fc.constantFrom(...headers), headerText), async ([name, value], { browser, fetch }) => {
      const cookie = [...browser.cookies].map(pair => pair.join('=')).join('; ')
      const sent = new Headers({ cookie, origin, ...json })
      sent.append(name, value)
      const poll = await fetch(`/v1/tickets/${browser.ticket.id}`, { headers: sent })
      expect([200, 304, 404]).toContain(poll.status)
      await poll.body?.cancel()
      return fetch('/v1/scan', { method: 'POST', body: JSON.stringify({ qr: mark }), headers: sent })
    }))

  it('as cookies, is a stranger', () =>
    everyone(fc.array(fc.tuple(headerText, headerText), { maxLength: 100 }), async (pairs, { browser, fetch }) => {
      const cookie = pairs.map(([name, value]) => `${name}=${mark}${value}`).join('; ')
      const reply = await fetch(`/v1/tickets/${browser.ticket.id}`, { headers: { cookie } })
      expect(reply.status).toBe(404)
      return reply
    }))

  it('as a secret, is a stranger', () =>
    everyone(fc.oneof(headerText, base64url(43), base64url(42)), async (secret, { browser, fetch }) => {
      for (const verb of ['/redeem', '/verify']) {
        const headers = { ...json, origin, authorization: `Bearer ${secret}` }
        const body = '{"check_code": "0000"}'
        const call = { method: 'POST', headers, body: verb === '/verify' ? body : '{}' }
        expect((await fetch(`/v1/tickets/${browser.ticket.id}${verb}`, call)).status).toBe(404)
      }
    }))

  it('as a body of bytes, is a 4xx', () =>
    everyone(fc.uint8Array({ maxLength: 200 }), async (bytes, { fetch }) => {
      const call = { method: 'POST', headers: { ...json, origin }, body: Uint8Array.from(bytes) }
      return fetch('/v1/tickets', call)
    }))

  it('as JSON, is a 4xx unless it is right', () =>
    everyone(fc.tuple(fc.constantFrom(...calls), fc.json({ maxDepth: 4 })), async ([path, body], started) => {
      const { fetch, browser, phone } = started
      await phone.scan(await browser.draw(0))
      const authorization = path.includes('redeem') ? `Bearer ${browser.secret}` : `Bearer ${apiKey}`
      const headers = { ...json, origin, authorization }
      return fetch(path.replace('ID', browser.ticket.id), { method: 'POST', headers, body })
    }))

  it('in the fields that a call knows, is a 4xx unless it is right', () =>
    everyone(
      fc.tuple(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 2 })),
      async ([[path, field], value], it) => {
        const body = { ...(path === '/v1/scan' && { user: { id: 'alice' } }), [field]: value }
        const call = { method: 'POST', headers: { ...json, origin, authorization: `Bearer ${apiKey}` } }
        return it.fetch(path.replace('ID', it.browser.ticket.id), { ...call, body: JSON.stringify(body) })
      },
    ))

  it('as a user code, is no code', () =>
    everyone(text, async (typed, { newPhone, browser }) => {
      const reply = await newPhone('Mallory').type(mark + typed)
      expect([400, 404]).toContain(reply.status)
      expect(reply.text).not.toContain(mark)
      expect((await browser.read()).body.state).toBe('pending')
    }))

  it('as a QR code, is no code', () =>
    everyone(fc.tuple(text, text), async ([before, after], { phone, browser }) => {
      const qr = await browser.draw()
      for (const altered of [
        before + qr + mark,
        mark + qr + after,
        qr.replace('#', `${after}${mark}#`),
        before + mark,
      ]) {
        const reply = await phone.scan(altered)
        expect([400, 422]).toContain(reply.status)
        expect(reply.text).not.toContain(mark)
      }
      expect((await browser.read()).body.state).toBe('pending')
    }))

  it('as the id and name of a user, is bound as it is or not at all', () =>
    everyone(fc.tuple(text, text), async ([id, name], { phone, newBrowser }) => {
      const browser = newBrowser()
      await browser.create()
      const body = { qr: browser.ticket.qr.url, user: { id, name } }
      const scan = await phone.call<{ scan_token: string }>('POST', '/scan', { body })
      if (scan.status === 400 || scan.status === 413) return
      const path = `/tickets/${browser.ticket.id}/confirm`
      expect((await phone.call('POST', path, { body: { scan_token: scan.body.scan_token } })).status).toBe(200)
      expect((await browser.redeem()).body.user?.id).toBe(id)
    }))

  it('as a body that breaks off, is a 4xx', async () => {
    const { handler, failures } = start()
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"secret_in'))
        controller.error(new Error('the connection is gone'))
      },
    })
    const call = { method: 'POST', headers: { ...json, origin }, body, duplex: 'half' }
    const reply = await handler(new Request(`${origin}/v1/tickets`, call))
    expect([reply.status, failures]).toEqual([400, []])
  })

  it('in many pieces, is what it is as a whole', async () => {
    const { handler } = start()
    const bytes = new TextEncoder().encode(JSON.stringify({ user: { id: '王小明', name: '😀' }, qr: 'x' }))
    const headers = { ...json, authorization: `Bearer ${apiKey}` }
    const send = async (pieces: Uint8Array[]) => {
      const body = new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece)
          controller.close()
        },
      })
      const reply = await handler(
        new Request(`${origin}/v1/scan`, { method: 'POST', headers, body, duplex: 'half' } as RequestInit),
      )
      return [reply.status, await reply.text()]
    }
    const whole = await send([bytes])
    for (let at = 0; at <= bytes.length; at++) {
      expect(await send([bytes.slice(0, at), bytes.slice(at)])).toEqual(whole)
    }
    expect(await send([...bytes].map(byte => Uint8Array.of(byte)))).toEqual(whole)
  })
})

type Place = ReturnType<typeof start>

/**
 * Tries it with everything generated, in one place where a sign-in is in progress. An answer that is returned must be a
 * success or a 4xx in the form of refusals, without an echo; in the end the sign-in must be there and complete.
 */
async function everyone<Sent>(
  sent: fc.Arbitrary<Sent>,
  send: (sent: Sent, place: Place) => Promise<unknown>,
  runs = 150,
): Promise<void> {
  const place = start()
  await place.browser.create()
  await fc.assert(
    fc.asyncProperty(sent, async value => {
      const reply = await send(value, place)
      if (reply instanceof Response) await review(reply)
    }),
    { numRuns: runs },
  )
  await completes(place)
}

async function review(reply: Response): Promise<void> {
  const shown = (await reply.text()) + JSON.stringify([...reply.headers])
  expect(reply.status).toBeLessThan(500)
  expect(shown).not.toContain(mark)
  if (reply.status >= 400) expect(reply.headers.get('content-type')).toBe('application/problem+json')
}

async function completes({ browser, phone, clock, failures }: Place & Started): Promise<void> {
  const age = Math.floor((clock.now() - Date.UTC(2030, 0, 1)) / 1000)
  if (age > 110) await browser.create()
  expect((await phone.scan(await browser.draw(age > 110 ? 0 : age))).status).toBe(200)
  expect((await phone.confirm()).status).toBe(200)
  expect((await browser.redeem()).status).toBe(200)
  expect(failures).toEqual([])
}

/** JSON and paths of `fetch` cannot carry half a surrogate pair. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '')
}

function base64url(length: number): fc.Arbitrary<string> {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
  return fc.string({ unit: fc.constantFrom(...letters), minLength: length, maxLength: length })
}

const headers = [
  'accept',
  'authorization',
  'content-encoding',
  'content-type',
  'cookie',
  'forwarded',
  'host',
  'if-none-match',
  'last-event-id',
  'origin',
  'range',
  'sec-fetch-site',
  'user-agent',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-http-method-override',
]

const calls = ['/v1/tickets', '/v1/scan', '/v1/tickets/ID/redeem', '/v1/tickets/ID/confirm', '/v1/tickets/ID/deny']

const fields = [
  ['/v1/tickets', 'client_id'],
  ['/v1/tickets', 'return_to'],
  ['/v1/tickets', 'code_challenge'],
  ['/v1/tickets', 'code_challenge_method'],
  ['/v1/tickets', 'secret_in'],
  ['/v1/scan', 'qr'],
  ['/v1/scan', 'user_code'],
  ['/v1/scan', 'user'],
  ['/v1/tickets/ID/confirm', 'scan_token'],
  ['/v1/tickets/ID/deny', 'scan_token'],
] as const
