/** The wire protocol is the same with signed sessions, whatever proves the browser. */
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { protocolSuite } from '../../packages/scanlogin/src/testing/protocol-suite.ts'
import { allowedOrigin, returnTo } from '../start.ts'
import { startWith } from './signed-in.ts'

const lists = { allowedOrigin, returnTo }

for (const proof of ['cookie', 'bearer'] as const) {
  protocolSuite(`the handler with signed sessions (${proof})`, {
    describe,
    it,
    abilities: [...(proof === 'cookie' ? (['cookies'] as const) : []), 'other origins', 'return addresses', 'time'],
    exceptions: {
      'gives the same session when the answer was lost':
        'the lasting token is the same, and the session; the signed token is signed anew, as the test below has it',
    },
    open() {
      const { server, clock } = startWith('jwt', { proof })
      return { ...server, ...lists, pass: clock.advance }
    },
  })
}

describe('a signed session', () => {
  it('is the same one when the answer was lost', async () => {
    const { browser, signIn } = startWith('jwt')
    await signIn()
    const held = () => ['session', 'access'].map(name => browser.cookies.get(`__Host-scanlogin-${name}`) ?? '')
    const [lasting, signed = ''] = held()
    await browser.redeem()
    const [lastingAgain, signedAgain = ''] = held()
    expect(lastingAgain).toBe(lasting)
    expect(decodeJwt(signedAgain).sid).toBe(decodeJwt(signed).sid)
    expect((await browser.call<{ sessions: object[] }>('GET', '/sessions')).body.sessions).toHaveLength(1)
  })
})
