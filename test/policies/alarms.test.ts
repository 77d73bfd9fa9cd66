/** Alarms of the real server: each stands in its log as one line that says what to look at, and is counted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { type AlarmEvent, type LoginEvent, memoryStore } from 'scanlogin'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { createClock } from '../../packages/scanlogin/src/testing/clock.ts'
import { readConfig } from '../../packages/server/src/config.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { countEvents } from '../../packages/server/src/metrics/events.ts'
import { openSessions } from '../../packages/server/src/sessions/open.ts'
import { exposed, scrape } from '../metrics/exposition.ts'
import { quietPort } from '../redis/servers/child.ts'
import { endServers, type RunningServer, startServer } from '../server/server.ts'

const apiKey = 'an-api-key-of-the-tests-own-back-end'
const folder = mkdtempSync(join(tmpdir(), 'scanlogin-alarms-'))
const broken = join(folder, 'broken.mjs')
writeFileSync(
  broken,
  "export default { name: 'broken', decide: step => step.step === 'redeem' ? 'yes' : { verdict: 'allow' } }",
)

afterEach(endServers)
afterAll(() => rmSync(folder, { recursive: true }))

type Attack = (people: Actors) => Promise<void>

const attacks: [alarm: AlarmEvent, level: number, attack: Attack][] = [
  [
    'contended',
    40,
    async ({ browser, phone, stranger }) => {
      const qr = await showing(browser)
      await phone.scan(qr)
      await stranger.phone.scan(qr)
      await stranger.phone.scan(qr)
    },
  ],
  [
    'forged_codes',
    40,
    async ({ browser, phone }) => {
      const qr = await showing(browser)
      for (let tries = 0; tries < 7; tries++) await phone.scan(`${qr.slice(0, -10)}0123456789`)
    },
  ],
  [
    'denial_spike',
    40,
    async ({ newBrowser, newPhone }) => {
      for (let round = 0; round < 12; round++) {
        const [browser, phone] = [newBrowser(), newPhone('Alice')]
        await phone.scan(await showing(browser))
        await phone.deny()
      }
    },
  ],
  [
    'policy_failed',
    50,
    async ({ browser, phone }) => {
      await phone.scan(await showing(browser))
      await phone.confirm()
      expect((await browser.redeem()).body.code).toBe('forbidden')
    },
  ],
]

describe('an alarm of the server', () => {
  it.each(attacks)('%s is one line of the log, and counted once', async (alarm, level, attack) => {
    const metricsPort = await quietPort()
    const server = await startServer({
      SCANLOGIN_API_KEY: apiKey,
      SCANLOGIN_METRICS: String(metricsPort),
      SCANLOGIN_POLICIES: broken,
      SCANLOGIN_LOG_LEVEL: 'warn',
    })
    await attack(createActors({ url: `${server.url}/v1`, origin: server.origin, apiKey }))
    await server.written(`"event":"${alarm}"`)
    expect(eventsIn(server)).toEqual([expect.objectContaining({ event: alarm, level })])
    const { samples } = await scrape(metricsPort)
    const raised = [...samples].filter(([name, value]) => name.startsWith('scanlogin_alarms_total') && value > 0)
    expect(raised).toEqual([[`scanlogin_alarms_total{alarm="${alarm}"}`, 1]])
  })
})

describe('a refresh token that comes back', () => {
  it('is an alarm with the user whose session was copied, and counted', async () => {
    const clock = createClock()
    const registry = new Registry()
    const counted = countEvents(registry)
    const raised: LoginEvent[] = []
    const raise = (event: LoginEvent) => {
      raised.push(event)
      counted(event)
    }
    const setting = { store: memoryStore({ clock }), publicUrl: 'https://id.example.com', log: createLog('silent') }
    const sessions = await openSessions({ config: readConfig({ SCANLOGIN_SESSIONS: 'jwt' }), ...setting, raise })
    const { token } = await sessions.open({ id: 'alice' }, 'a-token-that-redeem-has-made')
    await sessions.renew?.(token)
    await clock.advance(31_000)
    await expect(sessions.renew?.(token)).rejects.toThrow()
    const alarms = raised.filter(({ type }) => type === 'refresh_reuse')
    expect(alarms).toEqual([{ type: 'refresh_reuse', at: clock.now(), user: 'alice' }])
    expect((await exposed(registry)).value('scanlogin_alarms_total{alarm="refresh_reuse"}')).toBe(1)
  })
})

async function showing(browser: Actors['browser']): Promise<string> {
  await browser.create()
  return browser.draw(0)
}

function eventsIn(server: RunningServer): object[] {
  const lines = server.output().split('\n')
  return lines.filter(line => line.includes('"event"')).map(line => JSON.parse(line))
}
