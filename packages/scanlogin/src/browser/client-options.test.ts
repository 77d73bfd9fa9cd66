import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'

describe('an option that cannot be', () => {
  it('is refused at once, by name', () => {
    expect(() => createClient({ wait: 26 })).toThrow(new TypeError('wait must be 0 to 25 seconds'))
    expect(() => createClient({ renewals: -1 })).toThrow(new TypeError('renewals must be 0 or more'))
  })
})
