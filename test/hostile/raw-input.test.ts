/** Bytes that no client would send, over sockets: to the handler on `node:http`, and to the whole server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Actors, type ActorsOptions, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { apiKey, startHttp, startServer } from '../start.ts'
import { dial, type RawAnswer, raw } from './raw.ts'

interface Target {
  readonly port: number
  readonly server: ActorsOptions
  stop(): Promise<unknown>
}

describe.each<[string, () => Promise<Target>]>([
  ['the handler on node:http', startHttp],
  ['the standalone server', startServer],
])('%s', (_, open) => {
  let target: Target
  let people: Actors

  beforeAll(async () => {
    target = await open()
    people = createActors(target.server)
    expect((await people.browser.create()).status).toBe(201)
  })

  afterAll(() => target.stop())

  it.each(Object.entries(malformed))('refuses %s', async (_, request) => {
    for (const { status, text } of await raw(target.port, [request])) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
      expect(text).not.toContain('zqxj')
    }
  })

  it.each(Object.entries(odd))('answers %s as anything else', async (_, request) => {
    const [answer] = await raw(target.port, [request])
    expect(answer?.status).toBeGreaterThanOrEqual(200)
    expect(answer?.status).toBeLessThan(500)
    expect(answer?.text).not.toContain('zqxj')
  })

  it.each(Object.entries(smuggled))('does not see a second request in %s', async (_, wrap) => {
    const { id } = people.browser.ticket
    const cookie = [...people.browser.cookies].map(pair => pair.join('=')).join('; ')
    const proof = `Cookie: ${cookie}\r\nOrigin: ${target.server.origin ?? new URL(target.server.url).origin}`
    const inner = `DELETE /v1/tickets/${id} HTTP/1.1\r\nHost: a\r\n${proof}\r\n\r\n`
    const answers = await raw(target.port, [wrap(inner)])
    expect(answers.length).toBeLessThanOrEqual(1)
    expect((await people.browser.read()).body.state).toBe('pending')
  })

  it('reads a body the same wherever it is cut', async () => {
    const body = JSON.stringify({ qr: 'x', user: { id: '王小明', name: '😀' } })
    const request = Buffer.from(post('/v1/scan', body, [`Authorization: Bearer ${apiKey}`, 'Connection: close']))
    const whole = face(await raw(target.port, [request]))
    expect(whole).toMatchObject([{ status: 400 }])
    const start = request.indexOf('\r\n\r\n')
    const cuts = Array.from({ length: request.length - start }, (_, index) => start + index)
    const answers = await Promise.all(
      cuts.map(cut => raw(target.port, [request.subarray(0, cut), request.subarray(cut)])),
    )
    for (const answer of answers) expect(face(answer)).toEqual(whole)
    const bytes = [...request].map(byte => Buffer.of(byte))
    expect(face(await raw(target.port, bytes))).toEqual(whole)
  })

  it('reads a chunked body the same wherever it is cut', async () => {
    const lines = ['POST /v1/tickets HTTP/1.1', 'Host: a', 'Content-Type: application/json', 'Connection: close']
    const head = [...lines, 'Transfer-Encoding: chunked', '', ''].join('\r\n')
    const body = '{"client_id":"王"}'
    const chunks = [...Buffer.from(body)].map(byte => Buffer.from([0x31, 0x0d, 0x0a, byte, 0x0d, 0x0a]))
    const answer = await raw(target.port, [head, ...chunks, '0\r\n\r\n'])
    expect(answer[0]?.status).toBe(400)
    expect(answer[0]?.text).toContain('client_id')
  })

  it('answers requests that are sent behind one another one by one', async () => {
    const { id } = people.browser.ticket
    const create = post('/v1/tickets', '{}')
    const last = post('/v1/tickets', '{}', ['Connection: close'])
    const pipeline = [get('/v1/scan'), create, get(`/v1/tickets/${id}`), post('/v1/tickets', '{'), last].join('')
    const answers = await raw(target.port, [pipeline], 5000)
    expect(answers.map(({ status }) => status)).toEqual([405, 201, 404, 400, 201])
  })

  it('answers a body that is too large, and ends the connection with it', async () => {
    const answers = await raw(target.port, [post('/v1/tickets', 'x'.repeat(17_000)) + post('/v1/tickets', '{}')])
    expect(answers.map(({ status }) => status)).toEqual([413])
    expect(answers[0]?.text).toMatch(/^connection: close\r$/im)
  })

  it('answers a body that says it is too large before it has come', async () => {
    const head = post('/v1/tickets', '').replace('Content-Length: 0', 'Content-Length: 1000000000')
    const [answer] = await raw(target.port, [head, 'x'.repeat(20_000)])
    expect(answer?.status).toBe(413)
  })

  it('is not kept busy by requests that never end', async () => {
    const halves = [
      'POST /v1/tickets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{',
      'POST /v1/tickets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{',
      'GET /v1/tickets HTTP/1.1\r\nHost: a\r\nX-Slow: ',
      'G',
      '',
    ]
    const sockets = await Promise.all(Array.from({ length: 100 }, () => dial(target.port)))
    for (const [index, socket] of sockets.entries()) socket.write(halves[index % halves.length] ?? '')
    const { browser, phone } = createActors(target.server)
    expect((await browser.create()).status).toBe(201)
    expect((await phone.scan(browser.ticket.qr.url)).status).toBe(200)
    for (const socket of sockets) socket.destroy()
  })

  it('believes no address, host or protocol that a header claims', async () => {
    const lies = { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6;host=evil', 'x-real-ip': '6.6.6.6' }
    const more = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'ftp', 'x-original-url': '/evil' }
    const browser = people.newBrowser({ headers: { ...lies, ...more, 'user-agent': 'evil 6.6.6.6' } })
    const created = await browser.create()
    expect(created.text).not.toMatch(/evil|6\.6/)
    const { text } = await people.newPhone('Alice').scan(browser.ticket.qr.url)
    expect(text).not.toMatch(/evil|6\.6/)
    const [answer] = await raw(target.port, [post('/v1/tickets', '{}').replace('Host: a', 'Host: evil.example')])
    expect(answer?.status).toBe(201)
    expect(answer?.text).not.toContain('evil')
  })

  it('completes the sign-in that was in progress all the while', async () => {
    const { browser, phone } = people
    // Over a new ticket where the first one's picture has become too old meanwhile.
    if ((await phone.scan(await browser.draw(0))).status !== 200) {
      await browser.create()
      expect((await phone.scan(browser.ticket.qr.url)).status).toBe(200)
    }
    expect((await phone.confirm()).status).toBe(200)
    expect((await browser.redeem()).status).toBe(200)
  })
})

function post(path: string, body: string, headers: readonly string[] = []): string {
  const lines = [`POST ${path} HTTP/1.1`, 'Host: a', 'Content-Type: application/json', ...headers]
  return [...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

function get(path: string, ...headers: string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n')
}

/** Without the date. */
function face(answers: readonly RawAnswer[]): object[] {
  return answers.map(({ status, text }) => ({ status, text: text.replace(/^date: .*\r\n/im, '') }))
}

const unknown = '/v1/tickets/0123456789ABCDEFGHJKMNPQRS'

const malformed: Record<string, string> = {
  'a greeting': 'zqxj\r\n\r\n',
  'a TLS handshake': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'a version that is none': `GET ${unknown} HTTP/9.9zqxj\r\nHost: a\r\n\r\n`,
  'a method that is none': `ZQXJ ${unknown} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'no host': `GET ${unknown} HTTP/1.1\r\n\r\n`,
  'two hosts': `GET ${unknown} HTTP/1.1\r\nHost: a\r\nHost: zqxj\r\n\r\n`.replace('Host: a\r\n', ''),
  'a folded header': get(unknown, 'X-Folded: a\r\n zqxj'),
  'a header without a colon': get(unknown, 'zqxj'),
  'a header with a space before the colon': get(unknown, 'X-Zqxj : a'),
  'a zero byte in a header': get(unknown, 'X-Zero: zq\u0000xj'),
  '20 KB of headers': get(unknown, `X-Long: ${'zqxj'.repeat(5000)}`),
  '17 KB of address': get(`${unknown}?${'zqxj'.repeat(4300)}`),
  'a thousand headers': get(unknown, ...Array.from({ length: 3000 }, (_, index) => `X-${index}: zqxj`)),
  'a length that is no number': post('/v1/tickets', '{}').replace('Length: 2', 'Length: zqxj'),
  'a negative length': post('/v1/tickets', '{}').replace('Length: 2', 'Length: -2'),
  'a length too large for a number': post('/v1/tickets', '{}').replace('Length: 2', `Length: ${'9'.repeat(30)}`),
  'a length in hexadecimal': post('/v1/tickets', '{}').replace('Length: 2', 'Length: 0x2'),
  'chunks that are none': `POST /v1/tickets HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzqxj\r\n`,
  'a chunk longer than it says':
    'POST /v1/tickets HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}zqxj\r\n0\r\n\r\n',
  'an expectation that nobody can meet': post('/v1/tickets', '{}', ['Expect: zqxj']),
}

const odd: Record<string, string> = {
  'another host': get(unknown, 'Accept: */*').replace('Host: a', 'Host: zqxj.example'),
  'a host that is none': post('/v1/scan', '{}').replace('Host: a', 'Host: [::zqxj'),
  'a host with a password': post('/v1/scan', '{}').replace('Host: a', 'Host: zqxj:zqxj@a:99999'),
  'an empty host': get(unknown).replace('Host: a', 'Host:'),
  'HTTP/1.0': `GET ${unknown} HTTP/1.0\r\n\r\n`,
  TRACE: get(unknown, 'X-Secret: zqxj').replace('GET', 'TRACE'),
  'a whole address': get(`http://zqxj.example${unknown}`),
  'two slashes at the front': get(`//zqxj.example${unknown}`),
  'a path up and out': get('/v1/../../../etc/zqxj'),
  'a path of bytes': get('/v1/tickets/\u00ff\u00fezqxj'),
  'an asterisk': get('*').replace('GET', 'OPTIONS'),
  'an upgrade to nothing': get(unknown, 'Connection: Upgrade', 'Upgrade: zqxj'),
  'a socket': get(`${unknown}/socket`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'),
  'a hundred cookies': get(unknown, `Cookie: ${Array.from({ length: 100 }, (_, at) => `c${at}=zqxj`).join('; ')}`),
  'the same cookie a hundred times': get(unknown, `Cookie: ${'scanlogin-01234567=zqxj; '.repeat(100)}`),
  'cookies in several headers': get(unknown, ...Array.from({ length: 50 }, () => 'Cookie: scanlogin-01234567=zqxj')),
  'a cookie of bytes': get(unknown, 'Cookie: scanlogin-01234567=\u00ff\u00fe\u0080zqxj'),
  'If-None-Match: *': get(unknown, 'If-None-Match: *'),
  'a range': get(unknown, 'Range: bytes=0-0,-1,zqxj'),
  'two origins': post('/v1/tickets', '{}', ['Origin: http://a', 'Origin: http://zqxj']),
  'two content types': post('/v1/tickets', '{"zqxj":1}', ['Content-Type: text/plain']),
  'a header called __proto__': get(unknown, '__proto__: zqxj', 'constructor: zqxj', 'toString: zqxj'),
  '8 KB of Last-Event-ID': get(unknown, 'Accept: text/event-stream', `Last-Event-ID: ${'9'.repeat(8000)}`),
  'a preflight of anybody': get(unknown, 'Origin: http://zqxj', 'Access-Control-Request-Method: X').replace(
    'GET',
    'OPTIONS',
  ),
  'a body on a GET': `${get(unknown, 'Content-Length: 4')}zqxj`,
  'a wait for ever': get(`${unknown}?wait=1e309&since=-1e309&wait[]=zqxj&__proto__=zqxj`),
}

/** Ways to hide a request in the body of another. Each proxy and each server reads them differently. */
const smuggled: Record<string, (inner: string) => string> = {
  'a body with a length and chunks': inner =>
    `${head('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n${inner}`,
  'a body with two lengths': inner => `${head('Content-Length: 0', `Content-Length: ${inner.length}`)}${inner}`,
  'a length with a sign': inner => `${head('Content-Length: +0')}${inner}`,
  'a length in a list': inner => `${head(`Content-Length: 0, ${inner.length}`)}${inner}`,
  'chunks spelled differently': inner => `${head('Transfer-Encoding: xchunked', `Content-Length: 0`)}${inner}`,
  'chunks that are not the last coding': inner => `${head('Transfer-Encoding: chunked, identity')}0\r\n\r\n${inner}`,
  'chunks behind a tab': inner =>
    `${head('Transfer-Encoding:\tchunked', `Content-Length: ${inner.length + 5}`)}0\r\n\r\n${inner}`,
  'a folded coding': inner => `${head('Transfer-Encoding:\r\n chunked', 'Content-Length: 3')}0\r\n\r\n${inner}`,
  'a chunk of a negative size': inner => `${head('Transfer-Encoding: chunked')}-1\r\n\r\n${inner}`,
  'a chunk of more than a number holds': inner => `${head('Transfer-Encoding: chunked')}${'f'.repeat(17)}\r\n${inner}`,
  'an extension of a chunk with a line of its own': inner =>
    `${head('Transfer-Encoding: chunked')}1;a\nb\r\nx\r\n0\r\n\r\n${inner}`,
  'a body of the right length': inner => `${head(`Content-Length: ${inner.length}`, 'Connection: close')}${inner}`,
}

function head(...headers: string[]): string {
  return ['POST /v1/tickets HTTP/1.1', 'Host: a', 'Content-Type: application/json', ...headers, '', ''].join('\r\n')
}
