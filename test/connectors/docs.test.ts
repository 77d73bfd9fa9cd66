/** Compares docs/connectors.md and the pages' words with what can go wrong. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { refusalCodes, refusalRow } from '../../packages/scanlogin/src/connectors/refusal.ts'
import { connect as en } from '../../packages/server/pages/messages/connect-en.ts'
import { connect as zhCN } from '../../packages/server/pages/messages/connect-zh-cn.ts'
import { ownTroubles } from '../../packages/server/src/connectors/trouble.ts'

const page = readFileSync(new URL('../../docs/connectors.md', import.meta.url), 'utf8')
const codes = [...refusalCodes(), ...Object.keys(ownTroubles)]

describe('whatever can come of a sign-in by a provider', () => {
  it('has words of its own in both languages, and no words are left over', () => {
    for (const { troubles } of [en, zhCN]) expect(Object.keys(troubles).sort()).toEqual([...codes].sort())
    expect(new Set(Object.values(en.troubles).map(({ title }) => title)).size).toBe(codes.length)
  })

  it('stands in the table of docs/connectors.md with its status', () => {
    const rows = [...page.matchAll(/^\| (`[a-z_`, ]+`) \| ([\d, ]+) \|/gm)].flatMap(([, names = '', statuses = '']) => {
      const numbers = statuses.split(',').map(Number)
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = ''], at) => [name, numbers[at] ?? numbers[0]])
    })
    const expected = [
      ...refusalCodes().map(code => [code, refusalRow(code).status]),
      ...Object.entries(ownTroubles).map(([code, { status }]) => [code, status]),
    ]
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected))
  })
})
