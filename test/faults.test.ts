/** docs/faults.md names tests that are there, one at least for each fault. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const path = fileURLToPath(new URL('../docs/faults.md', import.meta.url))
const page = readFileSync(path, 'utf8')
const rows = [...page.matchAll(/^\| (\d+) \|.*\| (.*) \|$/gm)].map(([, number = '', tests = '']) => ({
  number: Number(number),
  tests,
}))

describe('docs/faults.md', () => {
  it('counts its faults from 1 to 46', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 46 }, (_, index) => index + 1))
  })

  it.each(rows)('names tests of fault $number by their file and title', ({ tests }) => {
    const named = namedIn(tests)
    expect(named.length).toBeGreaterThan(0)
    const missing = named.filter(({ file, titles }) => {
      const there = titlesIn(join(dirname(path), file))
      return titles.length === 0 || titles.some(title => !there.has(title))
    })
    expect(missing).toEqual([])
    // Nothing else stands there that nobody checks.
    expect(tests.replaceAll(/\[[^\]]+\]\([^)]+\): (\*[^*]+\*(, |; )?)+/g, '')).toBe('')
  })

  it('leads to pages and headings that are there', () => {
    const links = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link)
    const missing = links.filter(link => {
      const [file = '', heading] = link.split('#')
      const target = join(dirname(path), file)
      return !existsSync(target) || (heading !== undefined && !headingsOf(target).includes(heading))
    })
    expect(missing).toEqual([])
  })
})

interface Named {
  readonly file: string
  readonly titles: readonly string[]
}

function namedIn(cell: string): Named[] {
  return [...cell.matchAll(/\]\(([^)]+)\): ([^[]*)/g)].map(([, file = '', titles = '']) => ({
    file,
    titles: [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => title),
  }))
}

/** What follows `it(`, `it.each(…)(` or `test(`, as it is written in the source. */
function titlesIn(file: string): Set<string> {
  const source = readFileSync(file, 'utf8')
  return new Set(
    [...source.matchAll(/[(,]\s*(['"`])((?:(?!\1).)+)\1,\s*(?:async\b|\(|\w+ =>)/g)].map(([, , title = '']) => title),
  )
}

/** As links on GitHub name them. */
function headingsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
