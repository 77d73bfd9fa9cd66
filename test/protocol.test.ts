/** One suite for the protocol, over everything that speaks it. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createClock } from '../packages/scanlogin/src/testing/clock.ts'
import { type Ability, protocolSuite } from '../packages/scanlogin/src/testing/protocol-suite.ts'
import { allowedOrigin, type Running, returnTo, start, startHttp, startServer } from './start.ts'

const lists = { allowedOrigin, returnTo }
const most: readonly Ability[] = ['cookies', 'other origins', 'return addresses', 'time']

protocolSuite('the handler', {
  describe,
  it,
  abilities: most,
  open() {
    const { server, clock } = start()
    return { ...server, ...lists, pass: clock.advance }
  },
})

protocolSuite('the handler with check codes', {
  describe,
  it,
  abilities: [...most, 'check codes'],
  open() {
    const { server, clock } = start({ login: { checkCode: 4 } })
    return { ...server, ...lists, pass: clock.advance }
  },
})

protocolSuite('the handler without rotation, for native apps', {
  describe,
  it,
  abilities: ['other origins', 'return addresses', 'time'],
  open() {
    const { server, clock } = start({ login: { rotation: false }, proof: 'bearer', handler: { showScanner: false } })
    return { ...server, ...lists, pass: clock.advance }
  },
})

protocolSuite('the handler on node:http', {
  describe,
  it,
  abilities: [...most, 'sockets'],
  async open() {
    const clock = createClock()
    const { server, stop } = await startHttp({ login: { clock } })
    return { ...server, ...lists, pass: clock.advance, close: stop }
  },
})

describe('in a process of its own', () => {
  let plain: Running
  let asking: Running

  beforeAll(async () => {
    plain = await startServer({ SCANLOGIN_RETURN_TO: returnTo })
    asking = await startServer({ SCANLOGIN_CHECK_CODE: '6', SCANLOGIN_SCAN_TTL: '60' })
  })

  afterAll(async () => {
    await plain.stop()
    await asking.stop()
  })

  protocolSuite('the standalone server', {
    describe,
    it,
    abilities: ['cookies', 'other origins', 'return addresses', 'sockets'],
    open: () => ({ ...plain.server, ...lists }),
  })

  protocolSuite('the standalone server with check codes', {
    describe,
    it,
    abilities: ['cookies', 'check codes'],
    open: () => asking.server,
  })
})
