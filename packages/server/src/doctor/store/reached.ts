/** Whether the store is there and lets this server in, and if not, what the error means. */
import { type Examination, fail, ok } from '../examination.ts'

export const store: Examination = {
  id: 'store',
  title: 'The store is there, and lets this server in',
  async examine({ config: { SCANLOGIN_STORE }, connect }) {
    if (SCANLOGIN_STORE === 'memory:') return [ok('the memory of the process itself')]
    try {
      const { all } = await connect()
      const slowest = Math.max(...all.map(({ time }) => time.answered - time.asked))
      return [ok(`${all.map(({ name }) => name).join(', ')}, answered within ${Math.ceil(slowest)} ms`)]
    } catch (error) {
      const said = error instanceof Error ? messageOf(error) : String(error)
      const remedy = remedies.find(([pattern]) => pattern.test(said))?.[1] ?? 'Try it with redis-cli from this machine.'
      return [fail(said, remedy)]
    }
  },
}

/** Redis quotes the arguments of what it refuses. */
function messageOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : ''
  return (error.message || code || error.name).replace(/, with args beginning with:.*/s, '')
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /sentinels.*(NOAUTH|WRONGPASS)/s,
    'The sentinels have a login of their own: write it behind the address as docs/redis.md shows.',
  ],
  [
    /WRONGPASS|invalid password|without any password/,
    'The user or password in SCANLOGIN_STORE is not the one that Redis has.',
  ],
  [/NOAUTH/, 'Redis wants a password: write SCANLOGIN_STORE as redis://user:password@host:port.'],
  [/NOPERM/, 'Give the user the rights that docs/redis.md names.'],
  [/cluster support disabled/, 'This Redis is no cluster: write redis:// in place of redis+cluster://.'],
  [/ECONNREFUSED/, 'Nothing listens there: start Redis, or correct host and port in SCANLOGIN_STORE.'],
  [/ENOTFOUND|EAI_AGAIN/, 'The name in SCANLOGIN_STORE leads nowhere: correct it, or look at DNS.'],
  [/sentinel/i, 'No Sentinel in SCANLOGIN_STORE knows that master: correct the addresses or the name of the master.'],
  [
    /does not match certificate/,
    'The certificate of Redis is made out to other names: docs/redis.md says which ones it needs.',
  ],
  [
    /certificate|CERT_|self.signed/i,
    'The certificate of Redis is not trusted: give Node its authority by NODE_EXTRA_CA_CERTS.',
  ],
  [
    /wrong version number|packet length|EPROTO/,
    'Redis does not speak TLS there: write redis:// in place of rediss://.',
  ],
  [
    /TIMEDOUT|timed out|closed|ECONNRESET/i,
    'A firewall, or a network policy, or TLS on one side only (rediss:// is TLS).',
  ],
  [/LOADING/, 'Redis is reading its files: wait.'],
]
