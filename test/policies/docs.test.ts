/** Compares docs/policies.md with the policies that there are, and runs its example. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, type ScanStep } from 'scanlogin'
import { afterAll, describe, expect, it } from 'vitest'
import { en } from '../../packages/server/pages/messages/en.ts'
import { choiceNames } from '../../packages/server/src/policies/choices.ts'
import { openLocate } from '../../packages/server/src/policies/locate.ts'
import { loadPolicy } from '../../packages/server/src/policies/modules.ts'

const page = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'scanlogin-policy-docs-'))

afterAll(() => rmSync(folder, { recursive: true }))

describe('docs/policies.md', () => {
  it('names every policy that the configuration can name, and no other', () => {
    expect(rowsUnder('By name')).toEqual(choiceNames.split(', '))
  })

  it('names every reason that the phone page has words for, and no other', () => {
    const worded = Object.keys(en.phone.reasons).filter(reason => reason !== 'other')
    expect(rowsUnder('Reasons').sort()).toEqual(worded.sort())
  })

  it('shows a policy that can be loaded, and that reads its environment', async () => {
    const [, code = ''] = /```js\n(.*?)```/s.exec(page) ?? []
    const path = join(folder, 'office-hours.mjs')
    writeFileSync(path, code)
    const policy = await loadPolicy(path, { OFFICE_CLOSES: '16' }, memoryStore())
    const verdicts = [6, 7, 15, 16].map(hour => policy.decide({ ...scan, at: Date.UTC(2026, 0, 1, hour) }))
    expect(verdicts).toMatchObject(['require', 'allow', 'allow', 'require'].map(verdict => ({ verdict })))
  })

  it('shows a module of places that can be loaded, and that knows its networks', async () => {
    const [, code = ''] = /```js\n(\/\/ places\.mjs\n.*?)```/s.exec(page) ?? []
    const path = join(folder, 'places.mjs')
    writeFileSync(path, code)
    const locate = await openLocate(path, {}, memoryStore())
    const names = ['10.1.2.3', '10.2.255.1', '10.3.0.1', '2001:db8::1'].map(address => locate?.(address))
    expect(names).toMatchObject([
      { name: 'Office Shanghai', country: 'CN' },
      { name: 'Office Berlin' },
      undefined,
      undefined,
    ])
  })
})

const scan: ScanStep = {
  step: 'scan',
  at: 0,
  address: undefined,
  claimed: { browser: 'Chrome', os: 'Windows' },
  clientId: undefined,
  ticket: 'a-digest',
  age: 3,
  user: { id: 'alice' },
  knownBrowser: undefined,
  by: 'qr',
  phoneAddress: undefined,
}

/** The names in the first column of the table under a heading. */
function rowsUnder(heading: string): string[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`)
  const [table = ''] = section.split('\n## ')
  return [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = '']) => name)
}
