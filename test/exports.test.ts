/** What users of the packages import: every door of `package.json` opens, also where there is no DOM, and is listed. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const library = fileURLToPath(new URL('../packages/scanlogin', import.meta.url))
const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string; default: string }>
  dependencies: Record<string, string>
  sideEffects: string[]
}
const doors = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object')

describe('the library package', () => {
  it('has an export for every door, and a door for every export', () => {
    const files = readdirSync(join(library, 'src')).filter(name => name.endsWith('.ts'))
    const exported = doors.map(([path]) => (path === '.' ? 'index.ts' : `${path.slice(2)}.ts`))
    expect(exported.sort()).toEqual(files.sort())
  })

  it.each(doors)('opens %s on a server without a DOM', path => {
    const specifier = path === '.' ? 'scanlogin' : `scanlogin/${path.slice(2)}`
    const script = `console.log(Object.keys(await import('${specifier}')).length)`
    const shown = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: library,
      encoding: 'utf8',
    })
    expect(Number(shown)).toBeGreaterThan(0)
  })

  it.each(doors)('ships types for %s', (_path, target) => {
    expect(typeof target === 'object' && existsSync(join(library, target.types))).toBe(true)
  })

  it('keeps the script that defines the element when a bundler drops what has no effect', () => {
    expect(manifest.sideEffects).toEqual(['./dist/scan-login.js'])
  })

  it('depends on drawing a code, signing tokens and, without WebCrypto, hashing; on nothing else', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(['@noble/hashes', 'jose', 'qr'])
  })
})
