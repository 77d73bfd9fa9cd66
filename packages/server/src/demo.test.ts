import { describe, expect, it } from 'vitest'
import { authenticateDemoUser, demoUsers } from './demo.ts'

describe('a demo user', () => {
  it('is nobody until one is chosen', async () => {
    const { users, current } = await list()
    expect(users.map(user => user.id)).toEqual(['alice', 'ming', 'omar'])
    expect(current).toBeNull()
    expect(authenticateDemoUser(new Request('http://localhost/v1/scan'))).toBeUndefined()
  })

  it('is whom the phone page has chosen, by a cookie that scripts cannot read', async () => {
    const answer = await choose({ id: 'ming' })
    expect(answer.status).toBe(204)
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^scanlogin-demo-user=ming; .*HttpOnly/)
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` }
    expect(authenticateDemoUser(new Request('http://localhost/v1/scan', { headers }))).toMatchObject({ id: 'ming' })
    expect((await list(headers)).current).toBe('ming')
  })

  it.each([
    ['somebody unknown', { id: 'mallory' }],
    ['the name of an inherited property', { id: '__proto__' }],
    ['a list', ['alice']],
    ['a number', 1],
    ['null', null],
    ['an object in place of an id', { id: { id: 'alice' } }],
  ])('cannot be %s', async (_, body) => {
    const answer = await choose(body)
    expect(answer.status).toBe(400)
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  it('cannot be chosen by a body that is not JSON', async () => {
    const headers = { 'content-type': 'application/json' }
    expect((await demoUsers().request('/demo/user', { method: 'POST', headers, body: '{' })).status).toBe(400)
    // What another site's page can send without asking first.
    const plain = { method: 'POST', body: '{"id":"alice"}', headers: { 'content-type': 'text/plain' } }
    expect((await demoUsers().request('/demo/user', plain)).status).toBe(400)
  })

  it('is nobody where the cookie names nobody', () => {
    for (const value of ['mallory', '', 'toString', 'alice%00', 'Alice']) {
      const headers = { cookie: `scanlogin-demo-user=${value}` }
      expect(authenticateDemoUser(new Request('http://localhost/', { headers }))).toBeUndefined()
    }
  })
})

async function list(
  headers: Record<string, string> = {},
): Promise<{ users: { id: string }[]; current: string | null }> {
  return (await demoUsers().request('/demo/users', { headers })).json()
}

function choose(body: unknown) {
  return demoUsers().request('/demo/user', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
