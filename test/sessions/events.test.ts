/** What an audit log hears of sessions: each that opens, and who or what has ended it. */
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { type LoginEvent, memoryStore } from 'scanlogin'
import { describe, expect, it } from 'vitest'
import type { SessionEvent } from '../../packages/scanlogin/src/session.ts'
import { readConfig } from '../../packages/server/src/config.ts'
import { countEvents } from '../../packages/server/src/metrics/events.ts'
import { logEvents } from '../../packages/server/src/policies/event-log.ts'
import { openSessions } from '../../packages/server/src/sessions/open.ts'
import { exposed } from '../metrics/exposition.ts'
import { apiKey } from '../start.ts'
import { type Kind, startWith } from './signed-in.ts'

const alice = { id: 'alice' }

describe.each<Kind>(['stored', 'jwt'])('of %s sessions the log hears', kind => {
  it('of each that opens, once', async () => {
    const { world, events } = listening(kind)
    const user = (await world.signIn()).body.user
    await world.browser.redeem()
    expect(events).toEqual([
      { type: 'session_opened', at: world.clock.now(), session: expect.objectContaining({ user }) },
    ])
  })

  it('that the person has signed out, once', async () => {
    const { world, ended } = listening(kind)
    const { token } = await world.sessions.open(alice, 'token')
    await world.sessions.end(token)
    await world.sessions.end(token)
    expect(ended()).toEqual(['person'])
  })

  it('whether another session, the phone or the app has ended it', async () => {
    const { world, ended } = listening(kind)
    const [here, there] = [world.newBrowser(), world.newBrowser()]
    const userId = (await world.signIn(here)).body.user?.id ?? ''
    await world.signIn(there)
    const [other, one] = await world.sessions.list(userId)
    await here.call('DELETE', `/sessions/${other?.id}`)
    expect(ended()).toEqual(['other_session'])
    await world.fetch(`/v1/sessions/${one?.id}?user=${userId}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${apiKey}` },
    })
    expect(ended()).toEqual(['other_session', 'app'])
  })

  it('that one had to make room, and that a code was copied', async () => {
    const { world, ended } = listening(kind, { mostPerUser: 1 })
    await world.sessions.open(alice, 'one')
    await world.sessions.open(alice, 'two')
    expect(ended()).toEqual(['limit'])
    await world.sessions.forestall('two')
    expect(ended()).toEqual(['limit', 'copied'])
  })
})

describe('a listener that throws', () => {
  it('keeps nobody from signing in or out', async () => {
    const full = () => {
      throw new Error('a log that is full')
    }
    const { sessions } = startWith('stored', { options: { onEvent: full } })
    const { token } = await sessions.open(alice, 'token')
    await sessions.end(token)
    expect(await sessions.read(token)).toBeUndefined()
  })
})

describe('the server', () => {
  it('logs and counts what happens to sessions, without anything that could be used', async () => {
    const lines: string[] = []
    const log = pino({ level: 'info' }, { write: line => lines.push(line) })
    const registry = new Registry()
    const listeners = [logEvents(log), countEvents(registry)]
    const raise = (event: LoginEvent) => {
      for (const listener of listeners) listener(event)
    }
    const setting = { config: readConfig({}), store: memoryStore(), publicUrl: 'https://id.example.com', log, raise }
    const sessions = await openSessions(setting)
    const { id, token } = await sessions.open(alice, 'a-token-of-a-browser', { address: '203.0.113.7' })
    await sessions.endSome('alice', { id }, 'operator')
    const session = id.slice(0, 12)
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { event: 'session_opened', user: 'alice', session, address: '203.0.113.7', level: 30 },
      { event: 'session_ended', user: 'alice', session, by: 'operator', level: 30, msg: 'a session was ended' },
    ])
    expect(lines.join()).not.toContain(token)
    expect(lines.join()).not.toContain(id)
    const { value } = await exposed(registry)
    expect(value('scanlogin_sessions_opened_total')).toBe(1)
    expect(value('scanlogin_sessions_ended_total{by="operator"}')).toBe(1)
  })
})

function listening(kind: Kind, options: { mostPerUser?: number } = {}) {
  const events: SessionEvent[] = []
  const world = startWith(kind, { options: { ...options, onEvent: event => events.push(event) } })
  const ended = () => events.flatMap(event => (event.type === 'session_ended' ? [event.by] : []))
  return { world, events, ended }
}
