/** `docs/doctor.md` beside what there is. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { catalogue, configuration } from '../../packages/server/src/doctor/catalogue.ts'

const page = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8')

describe('the page about the doctor', () => {
  it('explains every examination, in order, by what is true where all is well', () => {
    const rows = [
      ...page.slice(page.indexOf('## The examinations')).matchAll(/^\| `([\w-]+)` \| ([^|]+) \| [^|]+ \|$/gm),
    ]
    expect(rows.map(([, id, title]) => [id, title])).toEqual(
      [configuration, ...catalogue].map(({ id, title }) => [id, title]),
    )
  })

  it('names only examinations that there are', () => {
    const ids = [configuration, ...catalogue].map(({ id }) => id)
    const named = [...page.matchAll(/--only ([\w,-]+)/g)].flatMap(([, list = '']) => list.split(','))
    expect(named.length).toBeGreaterThan(4)
    expect(named.filter(id => !ids.includes(id))).toEqual([])
  })
})
