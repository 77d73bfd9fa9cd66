/** The README's programs, run as they stand: its server, its client and its phone sign in together. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { freePort } from './free-port.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readmes = ['README.md', 'README.zh-CN.md']
const running: ChildProcess[] = []

afterAll(() => {
  for (const child of running) child.kill()
})

describe('the README', () => {
  it('has the same programs and commands in both languages', () => {
    const [english, chinese] = readmes.map(name => blocksOf(name).map(({ code }) => withoutComments(code)))
    expect(chinese).toEqual(english)
  })

  it('names only commands that exist', () => {
    const scripts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts as Record<string, string>
    const commands = blocksOf('README.md').filter(({ language }) => language === 'bash')
    expect(commands.map(({ code }) => code.trim())).toEqual([
      'npm run demo',
      'npm run serve',
      'SCANLOGIN_STORE=redis://localhost:6379 npm run serve',
      'npm test',
    ])
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['demo', 'serve', 'test']))
  })

  it.each(readmes)('%s links to nothing that is missing', name => {
    const links = [...readFileSync(join(root, name), 'utf8').matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(
      match => match[1] ?? '',
    )
    expect(links.filter(link => !link.startsWith('https://') && !existsSync(join(root, link)))).toEqual([])
  })

  it('shows a server, a client and a phone that sign in together', async () => {
    const [server, client, phone] = blocksOf('README.md').filter(({ language }) => language === 'js')
    const port = await freePort()
    const site = `http://localhost:${port}`
    await output(run('server', server?.code, { PORT: String(port) }), /listening/)

    const browser = run('client', client?.code, { SITE: site })
    const [, code = ''] = await output(browser, /code (\S+)/)
    run('phone', phone?.code, { SITE: site }, [code])
    expect(await output(browser, /hello (\w+)/)).toContain('Alice')
  })
})

interface Block {
  language: string
  code: string
}

function blocksOf(name: string): Block[] {
  const fences = readFileSync(join(root, name), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)
  return [...fences].map(([, language = '', code = '']) => ({ language, code }))
}

function withoutComments(code: string): string {
  return code.replace(/\s*\/\/ .*$/gm, '')
}

function run(name: string, code: string | undefined, env: Record<string, string>, args: string[] = []): ChildProcess {
  const folder = join(root, 'node_modules', '.readme')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.mjs`)
  writeFileSync(file, code ?? '')
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  return child
}

/** Waits until the program has printed what the pattern looks for. */
async function output(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let text = ''
  for (;;) {
    const match = pattern.exec(text)
    if (match) return match
    if (!child.stdout || child.exitCode !== null) throw new Error(`the program ended; it printed: ${text}`)
    const [piece] = await once(child.stdout, 'data')
    text += piece
  }
}
