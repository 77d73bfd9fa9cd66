import { describe, expect, it } from 'vitest'
import type { Exchange } from './recorder.ts'
import { createRedactor } from './redact.ts'

const long = 'a-secret-of-thirty-characters-x'

describe('the evidence of an audit', () => {
  it('shows no credential of a request, and which kind it was', () => {
    const { request } = createRedactor([]).redact(
      exchange({
        headers: [
          ['authorization', 'Bearer abc'],
          ['cookie', 'a=1; __Host-b=2'],
        ],
        body: '{"scan_token":"x","user":{"id":"alice"}}',
      }),
    )
    expect(request.headers).toEqual([
      ['authorization', 'Bearer [secret]'],
      ['cookie', 'a=[secret]; __Host-b=[secret]'],
    ])
    expect(request.body).toBe('{"scan_token":"[secret]","user":{"id":"alice"}}')
  })

  it('shows the attributes of a cookie, and not its value', () => {
    const { answer } = createRedactor([]).redact(exchange({}, [['set-cookie', 'a=1; HttpOnly; Path=/']]))
    expect(answer?.headers).toEqual([['set-cookie', 'a=[secret]; HttpOnly; Path=/']])
  })

  it('shows the code of a problem, and not a code that signs in', () => {
    const redactor = createRedactor([])
    const shown = (body: string) => redactor.redact(exchange({}, [], body)).answer?.body
    expect(shown('{"code":"not_found"}')).toBe('{"code":"not_found"}')
    expect(shown('{"code":"SplxlOBeZQQYbYS6WxSbIA"}')).toBe('{"code":"[secret]"}')
    expect(shown('{"check_code":"1234"}')).toBe('{"check_code":"[secret]"}')
    expect(shown('{"session":{"anything":["x"]}}')).toBe('{"session":{"anything":["[secret]"]}}')
  })

  it.each([
    ['a body', exchange({}, [], `{"secret":"${long}"}`)],
    ['a cookie', exchange({}, [['set-cookie', `a=${long}; Path=/`]])],
  ])('shows a secret of %s nowhere else either', (_, told) => {
    const redactor = createRedactor([])
    redactor.learn(told)
    const elsewhere = exchange({ url: `https://id.example.com/?s=${long}` }, [['x-debug', long]], `<p>${long}</p>`)
    expect(JSON.stringify(redactor.redact(elsewhere))).not.toContain(long)
  })

  it('shows the API key nowhere, also where it is percent-encoded', () => {
    const key = 'a+key/of+the+back+end=='
    const shown = JSON.stringify(createRedactor([key]).redact(exchange({}, [], `${key} ${encodeURIComponent(key)}`)))
    expect(shown).not.toContain(key)
    expect(shown).not.toContain(encodeURIComponent(key))
  })

  it('shows the beginning of what is long, and survives what is deep', () => {
    const redactor = createRedactor([])
    const deep = exchange({}, [], '['.repeat(9000) + ']'.repeat(9000))
    redactor.learn(deep)
    expect(redactor.redact(deep).answer?.body.length).toBeLessThan(100)
    expect(redactor.redact(exchange({}, [], 'x'.repeat(9000))).answer?.body).toHaveLength(2000)
  })
})

function exchange(
  request: Partial<Exchange['request']>,
  headers: readonly (readonly [string, string])[] = [],
  body = '',
): Exchange {
  const sent = { method: 'GET', url: 'https://id.example.com/', headers: [], ...request }
  return { request: sent, answer: { status: 200, headers, body } }
}
