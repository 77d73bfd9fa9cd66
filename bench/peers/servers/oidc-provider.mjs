/** oidc-provider with its device flow; whoever comes is let in as one user and consents, so that only the flow is measured. */
import { generateKeyPairSync } from 'node:crypto'
import { Redis } from 'ioredis'
import { Provider } from 'oidc-provider'
import { mapAdapter, redisAdapter } from './oidc-adapters.mjs'

const port = Number(process.env.PORT)
const { PEER_REDIS: redis } = process.env
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })

const provider = new Provider(`http://localhost:${port}`, {
  adapter: redis ? redisAdapter(new Redis(redis, { enableAutoPipelining: true })) : mapAdapter(),
  clients: [
    {
      client_id: 'web',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
      response_types: [],
      redirect_uris: [],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...key, kid: 'one', alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['a-key-for-the-benchmark'] },
  features: { deviceFlow: { enabled: true }, devInteractions: { enabled: false } },
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  ttl: {
    AccessToken: 3600,
    DeviceCode: 300,
    Grant: 86_400,
    IdToken: 3600,
    Interaction: 600,
    Session: 86_400,
  },
})

provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next()
  const { prompt, params, session } = await provider.interactionDetails(context.req, context.res)
  await provider.interactionFinished(context.req, context.res, await answerTo(prompt, params, session))
  context.respond = false
})

async function answerTo({ name, details }, { client_id: clientId }, session) {
  if (name === 'login') return { login: { accountId: 'user-1' } }
  const grant = new provider.Grant({ accountId: session.accountId, clientId })
  grant.addOIDCScope(details.missingOIDCScope?.join(' ') ?? 'openid')
  return { consent: { grantId: await grant.save() } }
}

const server = provider.listen({ port, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`listening on http://127.0.0.1:${port}`)
})
server.keepAliveTimeout = 75_000
process.on('SIGTERM', () => process.exit())
