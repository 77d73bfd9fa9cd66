import { describe, expect, it } from 'vitest'
import { clockText } from './parts.ts'
import { isUserCode } from './start.ts'

describe('a typed code', () => {
  it.each(['WDJB-MJHT', 'wdjbmjht', ' wdjb mjht ', 'W-D-J-B-M-J-H-T'])('is taken however it is typed: %j', typed => {
    expect(isUserCode(typed)).toBe(true)
  })

  it.each(['', 'WDJB-MJH', 'WDJB-MJHTT', 'WDJB-MJH1', 'AEIO-UAEI', 'WDJB_MJHT', 'ＷＤＪＢＭＪＨＴ'])(
    'is not sent when it cannot be one: %j',
    typed => {
      expect(isUserCode(typed)).toBe(false)
    },
  )
})

describe('the time left', () => {
  it('is shown in minutes and seconds', () => {
    expect([0, 9, 60, 125].map(clockText)).toEqual(['0:00', '0:09', '1:00', '2:05'])
  })
})
