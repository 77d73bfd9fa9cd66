/** Compares docs/configuration.md with what the server reads. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { environment, readConfig } from '../../packages/server/src/config.ts'

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \|(.*)\|$/gm)].map(([, name = '', cells = '']) => {
  const [does = '', byDefault = '', example = '', refused = ''] = cells.split(' | ').map(cell => cell.trim())
  return { name, does, byDefault, example, refused }
})

describe('docs/configuration.md', () => {
  it('explains every variable that the server reads, and no other', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(environment.shape).sort())
  })

  it('names no variable that does not exist, anywhere', () => {
    const named = new Set([...page.matchAll(/SCANLOGIN_[A-Z_]*[A-Z]/g)].map(([name]) => name))
    expect([...named].filter(name => !(name in environment.shape))).toEqual([])
  })

  it.each(rows)('says what $name does, its default, an example and what is refused', row => {
    for (const cell of Object.values(row)) expect(cell).not.toBe('')
  })

  it.each(rows.filter(({ byDefault }) => byDefault.startsWith('`')))(
    'knows the default of $name',
    ({ name, byDefault }) => {
      const written = firstCode(byDefault)
      if (name === 'SCANLOGIN_PUBLIC_URL') return expect(written).toBe('http://localhost:<PORT>')
      const defaults: Readonly<Record<string, unknown>> = readConfig({})
      expect(readConfig({ [name]: written })).toEqual(defaults)
      expect(defaults[name]).toBeDefined()
    },
  )

  it('gives examples that are accepted', () => {
    // A file is not here, and stands in place of another variable.
    const together = rows.filter(({ name }) => !name.endsWith('_FILE'))
    const examples = together.map(({ name, example }) => [name, firstCode(example)])
    const given = { ...Object.fromEntries(examples), SCANLOGIN_API_KEY: 'k'.repeat(44) }
    expect(Object.keys(readConfig(given)).sort()).toEqual(together.map(({ name }) => name).sort())
  })
})

function firstCode(cell: string): string {
  return /^`([^`]*)`/.exec(cell)?.[1] ?? ''
}
