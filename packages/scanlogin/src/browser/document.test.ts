/** `docs/element.md` against the element. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ScanLogin } from './element.ts'

const document = readFileSync(new URL('../../../../docs/element.md', import.meta.url), 'utf8')
const folder = new URL('./', import.meta.url)
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map(name => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n')

function namesIn(pattern: RegExp): string[] {
  const names = [...sources.matchAll(pattern)].flatMap(match => (match[1] ?? '').split(' '))
  return [...new Set(names)]
}

describe('the document about the element', () => {
  it.each([
    ['attribute', [...ScanLogin.observedAttributes, 'autostart']],
    ['part', namesIn(/\bpart: '([\w -]+)'/g)],
    ['custom property', namesIn(/--scan-login-([\w-]+),/g)],
    ['event', namesIn(/'(scan-login-[\w-]+)': CustomEvent/g)],
  ])('names every %s', (_kind, names) => {
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter(name => !document.includes(`${name}\``))).toEqual([])
  })
})
