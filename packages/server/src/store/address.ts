/**
 * Where a store is, as `SCANLOGIN_STORE` says it: this process, or Redis or Valkey, alone, with Sentinel, or as a cluster.
 * Passwords stand in it, so whoever finds something wrong never quotes it.
 */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly tls: boolean
  readonly login: Login
  /** Of the sentinels themselves. */
  readonly sentinelLogin: Login
  readonly hosts: readonly Host[]
  /** The number of the database, or the name of the master. */
  readonly path: string
}

export interface Login {
  readonly username?: string
  readonly password?: string
}

export interface Host {
  readonly host: string
  readonly port: number
}

/** What to write instead, or `undefined` where there is nothing wrong. */
export function storeAddressProblem(address: string): string | undefined {
  if (address === 'memory:') return undefined
  if (!isEscaped(address)) return 'write a % in a user or password as %25'
  const match = shape.exec(address)
  if (!match) return `write one of ${examples.join(', ')}`
  const [, , kind, , , , query] = match
  const { hosts, path, sentinelLogin } = readAddress(address)
  if (hosts.some(({ host, port }) => !host || !(port > 0 && port < 65_536))) return 'write each host as host:port'
  if (kind === undefined && !/^\d*$/.test(path)) return 'write the number of the database after the last slash'
  if (kind === 'sentinel' && !/^[\w.-]+$/.test(path)) return `name the master, as in ${examples[2]}`
  if (kind === 'sentinel' && query !== undefined) return sentinelLoginProblem(query, sentinelLogin)
  return query === undefined ? undefined : 'leave out what is behind the ?, or write %3F in a user or password'
}

/** Throws `TypeError` for an address that `storeAddressProblem` finds something wrong with, as for `memory:`. */
export function readAddress(address: string): RedisAddress {
  const match = isEscaped(address) && shape.exec(address)
  if (!match) throw new TypeError('This is no address of a Redis')
  const [, scheme, kind, login = '', hosts = '', path = '', query = ''] = match
  const [username, password] = login.includes(':') ? login.split(/:(.*)/s) : [undefined, login]
  const parameters = new Map(parametersIn(query))
  return {
    kind: kind === 'sentinel' || kind === 'cluster' ? kind : 'single',
    tls: scheme === 'rediss',
    login: toLogin(username, password),
    sentinelLogin: toLogin(parameters.get('sentinelUsername'), parameters.get('sentinelPassword')),
    hosts: hosts.split(',').map(host => toHost(host, kind === 'sentinel' ? 26_379 : 6379)),
    path,
  }
}

const examples = [
  'memory:',
  'redis://localhost:6379',
  'redis+sentinel://one:26379,two:26379/mymaster',
  'redis+cluster://one:6379,two:6379',
]

/** Scheme, kind, login, hosts, path, and what is behind the question mark. */
const shape = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?]*)\/?([^?]*)(?:\?(.*))?$/

function isEscaped(address: string): boolean {
  try {
    decodeURIComponent(address)
    return true
  } catch {
    return false
  }
}

/** By hand: in a form a + is a space, and in a password it is not. */
function parametersIn(query: string): [name: string, value: string][] {
  return query.split('&').map(parameter => {
    const [name = '', value = ''] = parameter.split(/=(.*)/s)
    return [name, value]
  })
}

function sentinelLoginProblem(query: string, { password }: Login): string | undefined {
  const names = parametersIn(query).map(([name]) => name)
  const known = names.every(name => name === 'sentinelUsername' || name === 'sentinelPassword')
  if (known && new Set(names).size === names.length && password !== undefined) return undefined
  return 'behind the ? write sentinelPassword=…, and before it sentinelUsername=…& where the sentinels have users'
}

function toLogin(username: string | undefined, password: string | undefined): Login {
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
  }
}

function toHost(text: string, usual: number): Host {
  const [, v6, name = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: v6 ?? name, port: port === undefined ? usual : Number(port) }
}
