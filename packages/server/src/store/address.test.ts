import { describe, expect, it } from 'vitest'
import { readAddress, storeAddressProblem } from './address.ts'

describe('the address of a store', () => {
  it('holds a login, hosts, and what stands behind the slash', () => {
    expect(readAddress('rediss://user:a%40b%3Ac+d@[::1]:6380/2')).toEqual({
      kind: 'single',
      tls: true,
      login: { username: 'user', password: 'a@b:c+d' },
      sentinelLogin: {},
      hosts: [{ host: '::1', port: 6380 }],
      path: '2',
    })
  })

  it('takes a login without a colon for the password', () => {
    expect(readAddress('redis://secret@localhost').login).toEqual({ password: 'secret' })
  })

  it('holds a login of the sentinels beside that of Redis, in which a plus is a plus', () => {
    const own = 'sentinelUsername=watcher&sentinelPassword=a+b%26c=%3F'
    expect(readAddress(`redis+sentinel://user:secret@one,two:26380/mymaster?${own}`)).toEqual({
      kind: 'sentinel',
      tls: false,
      login: { username: 'user', password: 'secret' },
      sentinelLogin: { username: 'watcher', password: 'a+b&c=?' },
      hosts: [
        { host: 'one', port: 26_379 },
        { host: 'two', port: 26_380 },
      ],
      path: 'mymaster',
    })
  })

  it.each([
    'memory:',
    'redis://localhost',
    'rediss://user:p%25@localhost:6379/3',
    'redis+cluster://one:6379,two:6379',
    'rediss+sentinel://one/mymaster?sentinelPassword=secret',
  ])('is fine as %s', address => {
    expect(storeAddressProblem(address)).toBeUndefined()
  })

  it.each([
    ['mysql://localhost', 'write one of memory:'],
    ['redis://user:50%@localhost', 'write a % in a user or password as %25'],
    ['redis://user:%ff@localhost', 'write a % in a user or password as %25'],
    ['redis://:6379', 'write each host as host:port'],
    ['redis+cluster://one:70000', 'write each host as host:port'],
    ['redis://localhost/first', 'write the number of the database'],
    ['redis+sentinel://one', 'name the master'],
    ['redis://localhost?sentinelPassword=secret', 'leave out what is behind the ?'],
    ['redis+cluster://one?tls=1', 'leave out what is behind the ?'],
    ['redis+sentinel://one/mymaster?password=secret', 'behind the ? write sentinelPassword='],
    ['redis+sentinel://one/mymaster?sentinelUsername=watcher', 'behind the ? write sentinelPassword='],
    ['redis+sentinel://one/mymaster?sentinelPassword=', 'behind the ? write sentinelPassword='],
    ['redis+sentinel://one/mymaster?sentinelPassword=a&sentinelPassword=b', 'behind the ? write sentinelPassword='],
  ])('is refused as %s, and is told what to write', (address, remedy) => {
    const problem = storeAddressProblem(address) ?? ''
    expect(problem).toContain(remedy)
    expect(problem).not.toContain('secret')
  })
})
