import { describe, expect, it } from 'vitest'
import { stepOf } from './steps.ts'

describe('the steps of the demo', () => {
  it('follow what the phone shows', () => {
    expect(stepOf({ name: 'scanning' })).toBe(1)
    expect(stepOf({ name: 'reading' })).toBe(1)
    expect(stepOf({ name: 'done', outcome: 'denied' })).toBe(2)
    expect(stepOf({ name: 'done', outcome: 'signed_in' })).toBe(3)
  })

  it('stay where they are while the phone waits for its owner', () => {
    expect(stepOf({ name: 'start', user: undefined })).toBeUndefined()
    expect(stepOf({ name: 'problem', code: 'not_ours', retry: undefined })).toBeUndefined()
  })
})
