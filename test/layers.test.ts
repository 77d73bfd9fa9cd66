/**
 * The architecture, as arrows between the folders of the library. They never turn back:
 *
 *     node ─▶ http ─▶ sessions ─▶ core ◀─ stores         browser, phone ─▶ the types of http/wire.ts
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const library = join(root, 'packages/scanlogin/src')

/** What a folder may import from, besides itself. */
const arrows: Record<string, readonly string[]> = {
  core: ['#digest'],
  stores: ['core'],
  outbox: ['core', '#digest'],
  policies: ['core', '#digest'],
  sessions: ['core', '#digest', 'jose'],
  connectors: ['core', 'tracing', '#digest'],
  tracing: ['core'],
  http: ['core', 'sessions', 'tracing', '#digest', 'jose'],
  node: ['core', 'http', 'node:'],
  browser: ['http/wire.ts', 'core/plain-text.ts', 'core/expiry/retry-after.ts', 'qr', '@noble/hashes'],
  phone: ['http/wire.ts', 'core/expiry/retry-after.ts', 'qr'],
  testing: ['core', 'stores', 'http/wire.ts'],
}

describe('the library', () => {
  it.each(Object.entries(arrows))('%s imports nothing but what stands above it', (folder, allowed) => {
    const strays = filesIn(join(library, folder))
      .filter(isSource)
      .flatMap(file => importsOf(file).map(target => ({ file: relative(library, file), target })))
      .filter(({ target }) => ![folder, ...allowed].some(one => target === one || startsWithFolder(target, one)))
    expect(strays).toEqual([])
  })

  it('takes types only where a browser or a phone looks at the wire', () => {
    const strays = ['browser', 'phone']
      .flatMap(folder => filesIn(join(library, folder)).filter(isSource))
      .filter(file => /^import (?!type)[^\n]*http\/wire\.ts/m.test(readFileSync(file, 'utf8')))
    expect(strays).toEqual([])
  })

  it('has doors that only open', () => {
    const doors = readdirSync(library).filter(name => name.endsWith('.ts'))
    for (const door of doors) {
      const code = withoutComments(readFileSync(join(library, door), 'utf8'))
      const statements = code.split(/^(?=export|import|const|let|function|class)/m).filter(text => text.trim() !== '')
      expect(
        statements.filter(text => !/^export [^;]* from '[^']+'\s*$/.test(text)),
        door,
      ).toEqual([])
    }
  })

  it('has no folder named after nothing', () => {
    const names = filesIn(join(root, 'packages')).flatMap(file => relative(root, file).split(sep))
    expect(names.filter(name => /^(utils?|helpers?|shared|common|types|misc)(\.ts)?$/.test(name))).toEqual([])
  })
})

describe('the server', () => {
  it('imports the library by its doors only', () => {
    const folders = ['packages/server/src', 'packages/server/pages'].map(folder => join(root, folder))
    const strays = folders
      .flatMap(filesIn)
      .filter(file => /from '[^']*scanlogin\/(src|dist)\//.test(readFileSync(file, 'utf8')))
    expect(strays).toEqual([])
  })
})

describe('the source', () => {
  const sources = ['packages', 'examples', 'bench', 'scripts', 'test'].flatMap(folder => filesIn(join(root, folder)))

  it('has no file over 400 lines', () => {
    const long = sources.filter(file => /\.(ts|mjs|js|css)$/.test(file) && linesOf(file) > 400)
    expect(long.map(file => relative(root, file))).toEqual([])
  })

  it('has a median file of at most 100 lines', () => {
    const lengths = sources
      .filter(isSource)
      .map(linesOf)
      .sort((one, other) => one - other)
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(100)
  })

  it('has at most 12 sources in a folder', () => {
    const full = [...byFolder(sources.filter(isSource))].filter(
      ([folder, files]) => files.length > 12 && folder !== library,
    )
    expect(full.map(([folder, files]) => `${relative(root, folder)}: ${files.length}`)).toEqual([])
  })
})

function byFolder(files: readonly string[]): Map<string, string[]> {
  const folders = new Map<string, string[]>()
  for (const file of files) folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file])
  return folders
}

function filesIn(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    if (name === 'node_modules' || name === 'dist') return []
    const path = join(folder, name)
    return statSync(path).isDirectory() ? filesIn(path) : [path]
  })
}

function isSource(file: string): boolean {
  return /\.(ts|mjs)$/.test(file) && !/\.test\.ts$/.test(file)
}

function linesOf(file: string): number {
  return readFileSync(file, 'utf8').split('\n').length - 1
}

/** What a file imports: `core/ticket.ts` for one of ours, the bare name for others. */
function importsOf(file: string): string[] {
  const code = withoutComments(readFileSync(file, 'utf8'))
  const targets = [...code.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(match => match[1] ?? '')
  return targets.map(target => (target.startsWith('.') ? relative(library, join(dirname(file), target)) : target))
}

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

function startsWithFolder(target: string, folder: string): boolean {
  return folder.endsWith(':') ? target.startsWith(folder) : target.startsWith(`${folder}/`)
}
