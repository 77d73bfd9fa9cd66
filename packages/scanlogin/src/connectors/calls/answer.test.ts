import { describe, expect, it } from 'vitest'
import { ConnectorError } from '../refusal.ts'
import { parseAnswer } from './answer.ts'

describe('an answer', () => {
  it('with raw control characters inside a name is read all the same', () => {
    expect(parseAnswer('{"nickname":"a\tb\n\\"c\\"",\n"openid":"o1"}', { status: 200 })).toEqual({
      nickname: 'a\tb\n"c"',
      openid: 'o1',
    })
  })

  it('that breaks off inside a string is no answer', () => {
    for (const text of ['{"nickname":"a\tb', '{"nickname":"a\t\\', '{"nickname":"a\t\\"']) {
      expect(() => parseAnswer(text, { status: 200 })).toThrow(ConnectorError)
    }
  })

  // Looked for from each quotation mark again, the end that is not there takes half a minute in which nobody is served.
  it('that is as long as may be and breaks off inside a string is refused at once', { timeout: 10_000 }, () => {
    const text = `{"nickname":"${'\\"'.repeat(131_000)}`
    expect(() => parseAnswer(text, { status: 200 })).toThrow(ConnectorError)
  })
})
