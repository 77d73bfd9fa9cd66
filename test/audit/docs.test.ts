/** `docs/audit.md` beside what there is. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../../packages/server/src/audit/catalogue.ts'

const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8')
const checks = page.slice(page.indexOf('## The checks'))

describe('the page about the audit', () => {
  it('explains every check, in order, with what it needs and what it is about', () => {
    const rows = [...checks.matchAll(/^\| `([\w-]+)` \| ([^|]+) \| ([^|]+) \|/gm)]
    expect(rows.map(([, ...row]) => row)).toEqual(
      catalogue.map(({ id, reference, needs, slow }) => {
        const wanted = [...(needs ? ['key'] : []), ...(slow ? ['slow'] : [])]
        return [id, reference, wanted.join(', ') || '–']
      }),
    )
  })
})
