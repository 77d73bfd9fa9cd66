/** `tickets/{id}/socket`: the ticket over a WebSocket, and who gets one. */
import type { SocketFrame } from '../ticket-socket.ts'
import { answered, holds, refused, same } from './claims.ts'
import type { Rules } from './stage.ts'

export const sockets = {
  async 'tells the ticket over a socket as it is, then every change, and closes with 1000 after the last'(stage) {
    const { browser, phone, socket } = stage
    answered(await browser.create(), 201)
    const line = await socket(browser)
    holds(line.opened, 'a socket opens for the browser that created the ticket')
    const told = async (state: string, version: number) => {
      const { id, ...ticket } = textIn(await line.next())
      same([id, ticket.state, ticket.version], [browser.ticket.id, state, version], 'what the socket tells')
    }
    await told('pending', 1)
    answered(await phone.scan(browser.ticket.qr.url))
    await told('scanned', 2)
    answered(await phone.deny())
    await told('denied', 3)
    same(await line.next(), undefined, 'a frame after the last')
    same((await line.closed).code, 1000, 'the code of the closing')
  },

  async 'tells over a socket what a poll tells, field by field'({ browser, phone, socket }) {
    answered(await browser.create(), 201)
    answered(await phone.scan(browser.ticket.qr.url))
    const line = await socket(browser)
    const told = textIn(await line.next())
    const { body } = answered(await browser.read())
    // Seconds go on between the two.
    const timeless = { expires_in: 0, poll_after: 0 }
    same({ ...told, ...timeless }, { ...body, ...timeless }, 'the ticket over the socket')
    holds(typeof told.expires_in === 'number' && typeof told.poll_after === 'number', 'the seconds are told, too')
    line.close()
  },

  async 'tells over a socket the end of a ticket that has ended before, and closes'({ browser, socket }) {
    answered(await browser.create(), 201)
    same((await browser.cancel()).status, 204, 'cancel')
    const line = await socket(browser)
    same(textIn(await line.next()).state, 'cancelled', 'what the socket tells')
    same((await line.closed).code, 1000, 'the code of the closing')
  },

  async 'opens no socket for a stranger'({ scanned, browser, stranger, socket }) {
    await scanned()
    answered(await stranger.browser.create(), 201)
    const { secret } = stranger.browser
    const name = `scanlogin-${browser.ticket.id.slice(0, 8)}`
    const cookie = `__Host-${name}=${secret}; ${name}=${secret}`
    for (const proof of [{}, { authorization: `Bearer ${secret}` }, { authorization: 'Bearer x' }, { cookie }]) {
      for (const id of [browser.ticket.id, '0123456789ABCDEFGHJKMNPQRS', 'x']) {
        const { opened } = await socket(browser, { id, proof })
        holds(!opened, `no socket opens for a stranger who shows ${Object.keys(proof).join() || 'nothing'}`)
      }
    }
    const line = await socket(browser)
    holds(line.opened, 'a socket opens for the browser itself')
    line.close()
  },

  async 'opens no socket by a secret that stands in the address'({ browser, socket }) {
    answered(await browser.create(), 201)
    const { secret } = browser
    const names = ['secret', 'access_token', 'token', 'authorization', 'bearer']
    const query = `?${names.map(name => `${name}=${secret}`).join('&')}`
    holds(!(await socket(browser, { query, proof: {} })).opened, 'no socket opens by what stands in logs')
  },

  async 'refuses who asks at the address of a socket for something else'({ browser }) {
    answered(await browser.create(), 201)
    const path = `/tickets/${browser.ticket.id}/socket`
    refused(await browser.call('GET', path), 400, 'invalid_request')
    refused(await browser.call('POST', path, { body: {} }), 405, 'method_not_allowed')
  },

  async 'takes nothing from a browser over a socket'({ browser, socket }) {
    answered(await browser.create(), 201)
    const line = await socket(browser)
    await line.next()
    line.send('{"state":"confirmed"}')
    same((await line.closed).code, 1003, 'the code of the closing')
    same(answered(await browser.read()).body.state, 'pending', 'the state')
  },

  async 'breaks the silence of a socket by a ping, or keeps it without one'({ browser, phone, socket }) {
    answered(await browser.create(), 201)
    const line = await socket(browser)
    await line.next()
    // A clock of the test's own does not move what is there for the network's sake.
    const silence = new Promise<'silence'>(resolve => setTimeout(resolve, 20_000, 'silence'))
    const first = await Promise.race([line.closed, silence, ...(line.pinged ? [line.pinged] : [])])
    same(first, line.pinged ? undefined : 'silence', 'what comes within 20 seconds')
    answered(await phone.type(browser.ticket.user_code))
    same(textIn(await line.next()).state, 'scanned', 'what the socket tells after a silence')
    line.close()
  },
} satisfies Rules

/** For servers whose browsers have cookies. */
export const socketPages = {
  async 'opens no socket for a page of another origin, though the browser sends its cookie'(stage) {
    const { browser, socket, server } = stage
    answered(await browser.create(), 201)
    const { origin: own, host, protocol } = new URL(server.origin ?? server.url)
    for (const page of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${protocol}//${host}.evil.example` },
      { origin: `${protocol}//${host}:1` },
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      {},
    ]) {
      holds(!(await socket(browser, { page })).opened, `no socket opens for the page ${JSON.stringify(page)}`)
    }
    for (const page of [{ origin: own }, { 'sec-fetch-site': 'same-origin' }]) {
      const line = await socket(browser, { page })
      holds(line.opened, `a socket opens for the page ${JSON.stringify(page)}`)
      line.close()
    }
  },
} satisfies Rules

/** Needs a server that lets one other origin call. */
export const socketsOfOtherOrigins = {
  async 'opens a socket for a page of an allowed origin'({ browser, socket, server }) {
    answered(await browser.create(), 201)
    const line = await socket(browser, { page: { origin: server.allowedOrigin ?? '' } })
    holds(line.opened, 'a socket opens')
    line.close()
  },
} satisfies Rules

function textIn(frame: SocketFrame | undefined) {
  same(frame?.form, 'text', 'the next frame')
  return frame?.ticket ?? {}
}
