/**
 * What the image holds, laid out in a folder as its Dockerfile says, and run from there: the files that were built, and
 * of all npm packages only those that the server names. No container engine is needed for that, and none was there.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { quietPort } from '../redis/servers/child.ts'
import { imageEnvironment, imageStages, wordsOf } from './image.ts'
import { endPrograms, startProgram } from './programs.ts'
import { apiKey } from './site.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let image: string

beforeAll(() => {
  image = mkdtempSync(join(tmpdir(), 'scanlogin-image-'))
  copyBuilt()
  copyPackages()
})

afterAll(async () => {
  await endPrograms()
  rmSync(image, { recursive: true })
})

describe('what the image holds', () => {
  it('is enough to serve, to keep accounts and to send webhooks', async () => {
    const port = await quietPort()
    const publicUrl = 'https://id.example.com'
    const [main = '', ...args]: string[] = JSON.parse(wordsOf('CMD'))
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`
    await startProgram({
      program: 'env',
      port,
      args: folder => [
        ...Object.entries({
          ...imageEnvironment(),
          HOST: '127.0.0.1',
          PORT: String(port),
          SCANLOGIN_METRICS: 'off',
          SCANLOGIN_PUBLIC_URL: publicUrl,
          SCANLOGIN_API_KEY: apiKey,
          SCANLOGIN_DATABASE: `file:${folder}/accounts.db`,
          SCANLOGIN_WEBHOOKS: JSON.stringify([{ name: 'shop', url: 'https://shop.example.com/hooks', secret }]),
          SCANLOGIN_WEBHOOKS_DATABASE: `file:${folder}/webhooks.db`,
        }).map(([name, value]) => `${name}=${value}`),
        process.execPath,
        join(image, main),
        ...args,
      ],
      files: () => ({}),
    })
    const url = `http://127.0.0.1:${port}`
    for (const path of ['/', '/s', '/assets/scan-login.js', '/healthz/ready'])
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
    const { browser, phone } = createActors({ url: `${url}/v1`, apiKey, origin: publicUrl, proof: 'bearer' })
    await browser.create()
    await phone.scan(browser.ticket.qr.url)
    await phone.confirm()
    expect((await browser.redeem()).status).toBe(200)
  })

  it('has the whole command line', () => {
    const main = join(image, 'packages/server/dist/main.js')
    const env = { PATH: process.env.PATH ?? '', SCANLOGIN_API_KEY: apiKey }
    const run = (...args: string[]) => execFileSync(process.execPath, [main, ...args], { encoding: 'utf8', env })
    expect(run('risk')).toContain('BCP 247')
    expect(run('doctor', '--only', 'configuration,phones')).toContain('2 ok')
  })
})

/** Every `COPY --from=build` of the last stage. */
function copyBuilt(): void {
  const copies = imageStages()
    .at(-1)
    ?.filter(({ name, words }) => name === 'COPY' && words.startsWith('--from=build'))
  for (const { words } of copies ?? []) {
    const [, from = '', to = ''] = words.split(' ')
    const source = from.replace('/src/', '')
    cpSync(join(root, source), join(image, to.endsWith('/') ? join(to, source) : to), { recursive: true })
  }
}

/** What `npm install --omit=dev` puts there for the workspace of the server. */
function copyPackages(): void {
  const listed = ['ls', '--omit=dev', '--workspace=@scanlogin/server', '--all', '--parseable']
  // It ends with 1 where an optional package is for another platform, and lists the others all the same.
  const { stdout: paths } = spawnSync('npm', listed, { cwd: root, encoding: 'utf8' })
  const own = { scanlogin: 'packages/scanlogin', '@scanlogin/server': 'packages/server' }
  for (const path of paths.split('\n').map(line => relative(root, line))) {
    if (!path.startsWith('node_modules/') || path.replace('node_modules/', '') in own) continue
    cpSync(join(root, path), join(image, path), { recursive: true, dereference: true })
  }
  for (const [name, folder] of Object.entries(own)) {
    cpSync(join(root, folder, 'package.json'), join(image, folder, 'package.json'))
    const link = join(image, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(relative(dirname(link), join(image, folder)), link)
  }
}
