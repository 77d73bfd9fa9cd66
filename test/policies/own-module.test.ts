/** A site’s own module that makes a ready-made policy, with what the library exports for that. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { endServers, startServer } from '../server/server.ts'

const apiKey = 'an-api-key-of-the-tests-own-back-end'
const beijing = '192.0.2.7'
const lisbon = '198.51.100.9'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanlogin-own-module-'))
  // As where the module's own folder has the library installed.
  mkdirSync(join(folder, 'node_modules'))
  const library = fileURLToPath(new URL('../../packages/scanlogin', import.meta.url))
  symlinkSync(library, join(folder, 'node_modules/scanlogin'), 'dir')
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(endServers)

describe('a module that imports scanlogin/policies', () => {
  it.each([
    ['asks for a check code where browser and phone are far apart', lisbon, true],
    ['asks for none where they are in one place', beijing, false],
  ])('and makes placeMismatch with a database of its own %s', async (_, phoneAddress, asked) => {
    const { url, origin } = await startServer({
      SCANLOGIN_API_KEY: apiKey,
      SCANLOGIN_TRUSTED_PROXIES: '1',
      SCANLOGIN_POLICIES: placesModule(),
    })
    const actors = createActors({ url: `${url}/v1`, origin, apiKey })
    const browser = actors.newBrowser({ headers: { 'x-forwarded-for': beijing } })
    await browser.create()
    const body = { qr: await browser.draw(0), user: { id: 'alice' }, phone_address: phoneAddress }
    const scanned = await actors.phone.call('POST', '/scan', { body })
    expect(scanned.body).toMatchObject({
      require: { check_code: asked },
      context: { observed: { ip: beijing }, reasons: asked ? ['new_browser', 'other_place'] : ['new_browser'] },
    })
  })
})

function placesModule(): string {
  const path = join(folder, 'places.mjs')
  const places = {
    [beijing]: { country: 'CN', latitude: 39.9, longitude: 116.4 },
    [lisbon]: { country: 'PT', latitude: 38.7, longitude: -9.1 },
  }
  const code = `import { placeMismatch } from 'scanlogin/policies'
const places = ${JSON.stringify(places)}
export default placeMismatch({ locate: address => places[address] })
`
  writeFileSync(path, code)
  return path
}
