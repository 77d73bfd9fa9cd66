/** Holds docs/security.md to what there is: every threat has a row, every row a test, and every test its title. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../packages/server/src/config.ts'
import { riskSheet } from '../packages/server/src/policies/risk/command.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const docs = join(root, 'docs')
const page = readFileSync(join(docs, 'security.md'), 'utf8')
const rows = page
  .split(/^#{2,3} /m)
  .filter(section => /^T\d+ · /.test(section))
  .map(section => ({ name: section.split('\n')[0] ?? '', section }))
const links = [...page.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, text = '', target = '']) => ({ text, target }))
const tests = links.filter(({ target }) => /^\.\.\/(test|packages)\//.test(target))

describe('docs/security.md', () => {
  it('has a row for each of the 32 threats, in order', () => {
    expect(rows.map(({ name }) => name.split(' ')[0])).toEqual(Array.from({ length: 32 }, (_, at) => `T${at + 1}`))
  })

  it.each(rows)('says of $name where it is stopped, and which test shows it', ({ section }) => {
    expect(section).toMatch(/\bWhere:\s+`/)
    expect(section).toMatch(/^Tests: \[/m)
  })

  it.each(tests)('links a test that is there: $text', ({ text, target }) => {
    expect(titlesIn(resolve(docs, target))).toContain(text)
  })

  it('names files that are there', () => {
    const named = rows.flatMap(({ section }) => [...section.matchAll(/`((?:server:)?[\w/.-]+\.(?:ts|conf))`/g)])
    expect(named.length).toBeGreaterThan(40)
    expect(named.map(([, name = '']) => name).filter(name => !existsSync(fileOf(name)))).toEqual([])
  })

  it('links to nothing that is missing, here and from the pages that lead to it', () => {
    const missing = ['docs/security.md', 'SECURITY.md', 'docs/policies.md'].flatMap(name => {
      const targets = [...readFileSync(join(root, name), 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)]
      const files = targets.map(([, target = '']) => target).filter(target => !target.startsWith('https://'))
      return files.filter(target => !existsSync(resolve(root, name, '..', target)))
    })
    expect(missing).toEqual([])
  })

  it('shows the sheet of mitigations as it is printed where nothing is configured', () => {
    expect(page).toContain(`\`\`\`text\n${riskSheet(readConfig({}))}\`\`\``)
  })

  it('is where SECURITY.md and both READMEs send their readers', () => {
    for (const name of ['SECURITY.md', 'README.md', 'README.zh-CN.md']) {
      expect(readFileSync(join(root, name), 'utf8')).toContain('](docs/security.md)')
    }
  })
})

function fileOf(name: string): string {
  if (name.startsWith('server:')) return join(root, 'packages/server/src', name.slice('server:'.length))
  return /^(packages|deploy)\//.test(name) ? join(root, name) : join(root, 'packages/scanlogin/src', name)
}

/** Whole literals that could be a title: of a test, or the name of a rule. */
function titlesIn(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  const found = source.matchAll(/(?:^\s*(?:async )?|\()\s*('[^'\n]+'|"[^"\n]+"|`[^`\n]+`)(?=[,(])/gm)
  return [...found].map(([, literal = '']) => literal.slice(1, -1))
}
