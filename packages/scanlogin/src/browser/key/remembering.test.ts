/** The client with a memory, against the real handler of a site that knows browsers. */
import { describe, expect, it } from 'vitest'
import { knownBrowsers } from '../../core/browsers/known-browsers.ts'
import { createLogin } from '../../core/login.ts'
import { createHandler } from '../../http/handler.ts'
import { memoryStore } from '../../stores/memory.ts'
import { createClock } from '../../testing/clock.ts'
import { createCookieJar } from '../../testing/cookie-jar.ts'
import { createClient } from '../client.ts'
import type { ClientState } from '../state.ts'
import { type BrowserKey, toBrowserKey } from './browser-key.ts'
import type { Memory } from './memory.ts'

const alice = { id: 'alice', name: 'Alice Liddell' }
const mallory = { id: 'mallory', name: 'Mallory' }

describe('a browser with a key', () => {
  it('is new at the first sign-in of a user and known at the next', async () => {
    const desk = await start()
    expect((await desk.signIn(alice)).knownBrowser).toBe(false)
    expect((await desk.signIn(alice)).knownBrowser).toBe(true)
  })

  it('is known to nobody but who has signed in with it', async () => {
    const desk = await start()
    await desk.signIn(alice)
    expect((await desk.scan(mallory)).knownBrowser).toBe(false)
  })

  it.each([86_400, -86_400])('signs in and is known with a clock that is %i seconds ahead', async seconds => {
    const desk = await start()
    desk.key.setBack(-seconds)
    await desk.signIn(alice)
    const { length } = desk.calls
    expect((await desk.signIn(alice)).knownBrowser).toBe(true)
    // Told once, it knows better from then on.
    expect(desk.calls.slice(length).filter(call => call.endsWith('/tickets'))).toHaveLength(1)
  })

  it('collects when its line has brought the call twice, and lost the first answer', async () => {
    const desk = await start()
    desk.repeats = '/redeem'
    await desk.signIn(alice)
    expect(desk.statuses.filter(status => status === 400)).toHaveLength(1)
  })

  it('signs in without being known where the server takes no proof of it', async () => {
    const desk = await start('https://gateway.example.com')
    await desk.signIn(alice)
    expect((await desk.signIn(alice)).knownBrowser).toBe(false)
  })

  it('proves a key to the calls that begin and end a sign-in only', async () => {
    const desk = await start()
    await desk.signIn(alice)
    const path = (call: string) => call.replace(/[0-9A-Z]{26}/, 'id').replace(/^.*\/v1/, '')
    expect(desk.proven.map(path)).toEqual(['/tickets', '/tickets/id/redeem'])
  })
})

describe('a browser that was last used by somebody else', () => {
  it('asks before it signs another account in, and does so when that is what the person wants', async () => {
    const desk = await start()
    await desk.signIn(alice)
    await desk.confirm(mallory)
    await desk.becomes('otherAccount', { scannedBy: 'M•••' })
    expect(desk.signedIn).toEqual(['alice'])
    await desk.client.redeem()
    await desk.becomes('signedIn', { user: mallory })
    expect(desk.signedIn).toEqual(['alice', 'mallory'])
    await desk.signIn(mallory)
  })

  it('signs nobody in while nobody agrees, and says so when the time is over', async () => {
    const desk = await start()
    await desk.signIn(alice)
    await desk.confirm(mallory)
    await desk.becomes('otherAccount')
    await desk.clock.advance(31_000)
    await desk.becomes('expired')
    await desk.client.redeem()
    expect(desk.signedIn).toEqual(['alice'])
  })

  it('hears that the phone takes it back while the question stands', async () => {
    const desk = await start()
    await desk.signIn(alice)
    const { deny } = await desk.confirm(mallory)
    await desk.becomes('otherAccount')
    await deny()
    await desk.becomes('denied')
    expect(desk.signedIn).toEqual(['alice'])
  })

  it('gives the code up when the person says that it was not them', async () => {
    const desk = await start()
    await desk.signIn(alice)
    await desk.confirm(mallory)
    await desk.becomes('otherAccount')
    desk.client.refresh()
    await desk.becomes('waiting')
    await desk.signIn(alice)
    expect(desk.signedIn).toEqual(['alice', 'alice'])
  })

  it('remembers a mark, and no account', async () => {
    const desk = await start()
    await desk.signIn(alice)
    expect(desk.memory.lastAccount()).toMatch(/^[\w-]{43}$/)
  })
})

describe('a computer of many', () => {
  it('asks nobody, proves no key, and keeps nothing', async () => {
    const desk = await start('https://id.example.com', false)
    await desk.signIn(alice)
    await desk.signIn(mallory)
    expect(desk.proven).toEqual([])
    expect(desk.memory.lastAccount()).toBeUndefined()
  })
})

async function start(origin = 'https://id.example.com', remembers = true) {
  const clock = createClock(Date.now())
  const store = memoryStore({ clock })
  const browsers = knownBrowsers({ store, clock })
  const login = createLogin({ store, publicUrl: 'https://id.example.com', clock, browsers })
  const signedIn: string[] = []
  const handler = createHandler(login, {
    signIn(user) {
      signedIn.push(user.id)
      return {}
    },
  })
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  const key = await toBrowserKey(pair)
  const memory = createMemory(key)
  const line = createLine(handler)
  const { fetch } = line
  const base = `${origin}/v1`
  const client = createClient({ base, fetch, clock, random: () => 0.5, memory: remembers && memory })

  async function becomes<N extends ClientState['state']>(state: N, fields: object = {}) {
    await expect.poll(() => client.state, { interval: 5, timeout: 15_000 }).toMatchObject({ state, ...fields })
    // The line above has just made sure of the name.
    return client.state as Extract<ClientState, { state: N }>
  }

  async function scan(user: { id: string; name: string }) {
    client.start()
    const { qrUrl } = await becomes('waiting')
    return login.scan({ qr: qrUrl }, user)
  }

  async function confirm(user: { id: string; name: string }) {
    const scanned = await scan(user)
    const { id } = scanned.ticket.birth
    await login.confirm(id, scanned.scanToken)
    return { ...scanned, deny: () => login.deny(id, scanned.scanToken) }
  }

  async function signIn(user: { id: string; name: string }) {
    const scanned = await confirm(user)
    await becomes('signedIn', { user })
    return scanned
  }

  return Object.assign(line, { clock, key, memory, client, signedIn, becomes, scan, confirm, signIn })
}

function createMemory(key: BrowserKey): Memory {
  let mark: string | undefined
  return {
    key: async () => key,
    lastAccount: () => mark,
    keepAccount(next) {
      mark = next
    },
  }
}

/** A browser's cookies, and a line that may bring a call twice, whatever address it was sent to. */
function createLine(handler: (request: Request) => Promise<Response>) {
  const jar = createCookieJar()
  const line = {
    calls: [] as string[],
    proven: [] as string[],
    statuses: [] as number[],
    repeats: 'nothing',
    async fetch(url: string, { signal, ...init }: RequestInit): Promise<Response> {
      const { pathname, search } = new URL(url)
      const make = () => {
        const request = new Request(`https://id.example.com${pathname}${search}`, {
          ...init,
          ...(signal && { signal }),
        })
        request.headers.set('origin', 'https://id.example.com')
        request.headers.set('cookie', jar.header())
        return request
      }
      line.calls.push(url)
      if (make().headers.has('dpop')) line.proven.push(url)
      if (url.endsWith(line.repeats)) {
        line.repeats = 'nothing'
        await handler(make())
      }
      const response = await handler(make())
      line.statuses.push(response.status)
      jar.keep(response.headers)
      return response
    },
  }
  return line
}
