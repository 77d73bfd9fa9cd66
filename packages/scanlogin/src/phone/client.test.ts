import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogin, type LoginOptions } from '../core/login.ts'
import { createHandler } from '../http/handler.ts'
import type { CreatedResource } from '../http/wire.ts'
import { memoryStore } from '../stores/memory.ts'
import { createClock } from '../testing/clock.ts'
import { createPhone, type Phone } from './client.ts'
import { PhoneError } from './error.ts'
import { tries } from './retry.ts'

type Fetch = typeof fetch

/** A site, a browser on it, and phones that reach the site through any network one gives them. */
async function start(options: Partial<LoginOptions> = {}) {
  const clock = createClock()
  const login = createLogin({ store: memoryStore({ clock }), publicUrl: 'https://id.example.com', clock, ...options })
  const handler = createHandler(login, {
    authenticate(request) {
      const [, id] = /^Bearer (\w+)$/.exec(request.headers.get('authorization') ?? '') ?? []
      return id === undefined ? undefined : { id, name: id }
    },
    signIn: () => ({}),
  })
  const wire: Fetch = (input, init) => handler(new Request(input, init))
  const json = { 'content-type': 'application/json' }

  async function browserCall<Body>(path: string, body: object, secret?: string): Promise<Body> {
    const headers = { ...json, ...(secret !== undefined && { authorization: `Bearer ${secret}` }) }
    const reply = await wire(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    // What the tests then look at, field by field.
    return (await reply.json()) as Body
  }

  const ticket = await browserCall<CreatedResource>('/tickets', { secret_in: 'body' })
  return {
    clock,
    wire,
    ticket,
    redeem: () =>
      browserCall<{ user?: { id: string }; code?: string }>(`/tickets/${ticket.id}/redeem`, {}, ticket.secret),
    verify: (check_code: string) => browserCall(`/tickets/${ticket.id}/verify`, { check_code }, ticket.secret),
    phone: (name: string, fetch = wire): Phone =>
      createPhone({ base, scanUrl, fetch, headers: () => ({ authorization: `Bearer ${name}` }) }),
  }
}

const base = 'https://id.example.com/v1'
const scanUrl = 'https://id.example.com/s'

/** A network that fails the first `times` calls whose path ends in `verb`: `before` or after they reached the server. */
function failing(wire: Fetch, verb: string, { times, before = false }: { times: number; before?: boolean }) {
  const asked: string[] = []
  const fetch: Fetch = async (input, init) => {
    const path = new URL(String(input)).pathname
    asked.push(path)
    const lost = path.endsWith(verb) && asked.filter(one => one === path).length <= times
    if (lost && before) throw new TypeError('no network')
    const reply = await wire(input, init)
    if (lost) throw new TypeError('connection reset')
    return reply
  }
  return { fetch, asked }
}

function refusal(code: string) {
  return expect.objectContaining({ name: 'PhoneError', code })
}

// No pause between tries: chance is the world's, like time.
beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

describe('a phone', () => {
  it('scans, confirms, and the browser is signed in as its user', async () => {
    const { phone, ticket, redeem } = await start()
    const prompt = await phone('alice').scan(ticket.qr.url)
    expect(prompt).toMatchObject({ ticketId: ticket.id, expiresIn: 120, require: { check_code: false } })
    expect(await prompt.confirm()).toEqual({ state: 'confirmed' })
    expect((await redeem()).user?.id).toBe('alice')
  })

  it('hears who asks: what was seen apart from what was claimed', async () => {
    const { phone, ticket, clock } = await start()
    await clock.advance(7000)
    const { context } = await phone('alice').scan(ticket.qr.url)
    expect(context.observed).toEqual({ time: 7, known_browser: false })
    expect(context.claimed).toEqual({ browser: 'unknown', os: 'unknown' })
    expect(context.client).toEqual({ name: 'id.example.com', origin: 'https://id.example.com' })
  })

  it('takes the typed code as well, however it is typed', async () => {
    const { phone, ticket } = await start()
    const typed = ` ${ticket.user_code.toLowerCase().replace('-', ' ')}`
    expect((await phone('alice').enter(typed)).ticketId).toBe(ticket.id)
  })

  it('refuses, and the browser is not signed in', async () => {
    const { phone, ticket, redeem } = await start()
    const prompt = await phone('alice').scan(ticket.qr.url)
    expect(await prompt.deny()).toEqual({ state: 'denied' })
    expect((await redeem()).code).toBe('ticket_denied')
    await expect(prompt.confirm()).rejects.toThrow(refusal('ticket_denied'))
  })

  it('takes its confirmation back until the browser has collected it', async () => {
    const { phone, ticket, redeem } = await start()
    const prompt = await phone('alice').scan(ticket.qr.url)
    await prompt.confirm()
    expect(await prompt.deny()).toEqual({ state: 'denied' })
    expect((await redeem()).code).toBe('ticket_denied')
  })

  it('is told when it is too late to take it back', async () => {
    const { phone, ticket, redeem } = await start()
    const prompt = await phone('alice').scan(ticket.qr.url)
    await prompt.confirm()
    await redeem()
    await expect(prompt.deny()).rejects.toThrow(refusal('already_redeemed'))
  })

  it('learns by confirming again how far the browser is', async () => {
    const { phone, ticket, redeem, verify } = await start({ checkCode: 4 })
    const prompt = await phone('alice').scan(ticket.qr.url)
    const first = await prompt.confirm()
    expect(first).toEqual({ state: 'verifying', check_code: expect.stringMatching(/^\d{4}$/) })
    expect(await prompt.confirm()).toEqual(first)
    await verify(first.check_code ?? '')
    expect(await prompt.confirm()).toEqual({ state: 'confirmed' })
    await redeem()
    expect(await prompt.confirm()).toEqual({ state: 'redeemed' })
  })

  it('learns by confirming again that three wrong numbers were typed', async () => {
    const { phone, ticket, verify } = await start({ checkCode: 4 })
    const prompt = await phone('alice').scan(ticket.qr.url)
    const { check_code } = await prompt.confirm()
    const wrong = check_code === '0000' ? '1111' : '0000'
    for (let miss = 0; miss < 3; miss++) await verify(wrong)
    await expect(prompt.confirm()).rejects.toThrow(refusal('ticket_denied'))
  })

  it('sends the proof of its user afresh with every call', async () => {
    const { wire, ticket } = await start()
    let renewed = 0
    const headers = async () => {
      renewed++
      return { authorization: 'Bearer alice' }
    }
    const prompt = await createPhone({ base, scanUrl, fetch: wire, headers }).scan(ticket.qr.url)
    await prompt.confirm()
    expect(renewed).toBe(2)
  })
})

describe('a phone is told why not', () => {
  it("unauthenticated, when its proof is nobody's", async () => {
    const { phone, ticket } = await start()
    await expect(phone('-').scan(ticket.qr.url)).rejects.toThrow(refusal('unauthenticated'))
  })

  it('already_scanned, when somebody else was first', async () => {
    const { phone, ticket } = await start()
    await phone('alice').scan(ticket.qr.url)
    await expect(phone('mallory').scan(ticket.qr.url)).rejects.toThrow(refusal('already_scanned'))
  })

  it('stale_qr, when it has read a picture of the code', async () => {
    const { phone, ticket, clock } = await start()
    await clock.advance(20_000)
    await expect(phone('alice').scan(ticket.qr.url)).rejects.toThrow(refusal('stale_qr'))
  })

  it('ticket_expired, when nobody decided in time', async () => {
    const { phone, ticket, clock } = await start()
    const prompt = await phone('alice').scan(ticket.qr.url)
    await clock.advance(120_000)
    await expect(prompt.confirm()).rejects.toThrow(refusal('ticket_expired'))
  })

  it('not_found, when the typed code is none', async () => {
    const { phone } = await start()
    await expect(phone('alice').enter('BBBB-BBBB')).rejects.toThrow(refusal('not_found'))
  })

  it('not_ours, before anything is sent', async () => {
    const { phone, ticket, wire } = await start()
    const { fetch, asked } = failing(wire, '', { times: 0 })
    for (const text of ['javascript:alert(1)', ticket.qr.url.replace('https', 'http'), `${ticket.qr.url}\n`]) {
      await expect(phone('alice', fetch).scan(text)).rejects.toThrow(refusal('not_ours'))
    }
    expect(asked).toEqual([])
  })

  it('unexpected, when the answer is no answer of this protocol', async () => {
    const { ticket, phone, wire } = await start()
    for (const body of ['', '<html>', '[]', '{}', 'null']) {
      const portal: Fetch = async () => new Response(body)
      await expect(phone('alice', portal).scan(ticket.qr.url)).rejects.toThrow(refusal('unexpected'))
    }
    const odd: Fetch = async (input, init) => {
      const answer = await (await wire(input, init)).text()
      return new Response(answer.replace('"scanned"', '"constructor"'))
    }
    await expect(phone('alice', odd).scan(ticket.qr.url)).rejects.toThrow(refusal('unexpected'))
    const unknown: Fetch = async () => Response.json({ code: 'constructor' }, { status: 418 })
    const error = await phone('alice', unknown).scan(ticket.qr.url).catch(String)
    expect(error).toBe('PhoneError: Answer 418')
  })
})

describe('a reply that is lost', () => {
  it.each(['/scan', '/confirm'])('costs nothing but another try: %s', async verb => {
    const { phone, ticket, wire, redeem } = await start()
    const { fetch, asked } = failing(wire, verb, { times: 2 })
    const prompt = await phone('alice', fetch).scan(ticket.qr.url)
    expect(await prompt.confirm()).toEqual({ state: 'confirmed' })
    expect((await redeem()).user?.id).toBe('alice')
    expect(asked.filter(path => path.endsWith(verb))).toHaveLength(3)
  })

  it('leaves the same check code to show', async () => {
    const { phone, ticket, wire, verify } = await start({ checkCode: 4 })
    const prompt = await phone('alice', failing(wire, '/confirm', { times: 1 }).fetch).scan(ticket.qr.url)
    const { check_code } = await prompt.confirm()
    expect(await verify(check_code ?? '')).toMatchObject({ state: 'confirmed' })
  })

  it('leaves a refusal a refusal', async () => {
    const { phone, ticket, wire, redeem } = await start()
    const prompt = await phone('alice', failing(wire, '/deny', { times: 3 }).fetch).scan(ticket.qr.url)
    expect(await prompt.deny()).toEqual({ state: 'denied' })
    expect((await redeem()).code).toBe('ticket_denied')
  })
})

describe('a server that does not answer', () => {
  it('is given up after a few tries, and nothing is claimed about what happened', async () => {
    const { phone, ticket, wire } = await start()
    const { fetch, asked } = failing(wire, '/scan', { times: Infinity, before: true })
    await expect(phone('alice', fetch).scan(ticket.qr.url)).rejects.toThrow(refusal('unreachable'))
    expect(asked).toHaveLength(tries)
  })

  it('is asked again when it says that it will be back at once', async () => {
    const { phone, ticket, wire } = await start()
    let asked = 0
    const away: Fetch = async (input, init) => {
      if (asked++ > 0) return wire(input, init)
      return Response.json({ code: 'store_unavailable' }, { status: 503, headers: { 'retry-after': '0' } })
    }
    expect((await phone('alice', away).scan(ticket.qr.url)).ticketId).toBe(ticket.id)
    expect(asked).toBe(2)
  })

  it('is left alone for as long as it asks for', async () => {
    const { phone, ticket } = await start()
    let asked = 0
    const away: Fetch = async () => {
      asked++
      return new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'retry-after': '60' } })
    }
    const error = await phone('alice', away)
      .scan(ticket.qr.url)
      .catch((error: unknown) => error)
    expect(error).toEqual(refusal('store_unavailable'))
    expect(error instanceof PhoneError && error.retryAfter).toBe(60)
    expect(asked).toBe(1)
  })

  it('is not asked again after a refusal', async () => {
    const { phone, wire } = await start()
    const { fetch, asked } = failing(wire, '', { times: 0 })
    await expect(phone('alice', fetch).enter('BBBB-BBBB')).rejects.toThrow(refusal('not_found'))
    expect(asked).toHaveLength(1)
  })

  it('never sees the scan token follow a redirect', async () => {
    const { phone, ticket, wire } = await start()
    const modes: (RequestRedirect | undefined)[] = []
    const watched: Fetch = (input, init) => {
      modes.push(init?.redirect)
      return wire(input, init)
    }
    await (await phone('alice', watched).scan(ticket.qr.url)).confirm()
    expect(modes).toEqual(['error', 'error'])
  })
})

describe('a failure of the app itself', () => {
  it('reaches the app as it is, and is not taken for the network', async () => {
    const { wire, ticket } = await start()
    const broken = new Error('keychain locked')
    const phone = createPhone({ base, scanUrl, fetch: wire, headers: () => Promise.reject(broken) })
    await expect(phone.scan(ticket.qr.url)).rejects.toBe(broken)
  })

  it('is a wrong scanUrl at the start', () => {
    expect(() => createPhone({ scanUrl: '/s' })).toThrow(TypeError)
  })
})
