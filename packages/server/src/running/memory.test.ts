import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { youngBytes } from './memory.ts'

describe('the part of the heap for young objects', () => {
  it.each([[], ['--max-semi-space-size=64'], ['--max_semi_space_size=8', '--max-semi-space-size=32']])(
    'is what V8 adds to the limit of the old ones, with %j %j',
    (...given) => {
      const flags = given.filter(flag => flag !== undefined)
      const limit = 'process.stdout.write(String(v8.getHeapStatistics().heap_size_limit))'
      const bytes = Number(execFileSync(process.execPath, [...flags, '--max-old-space-size=500', '-e', limit]))
      expect(youngBytes(flags)).toBe(bytes - 500 * 1024 * 1024)
    },
  )
})
