/** The server's own parts around a policy that wants to see the phone's owner, listening on this machine. */
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { createHandler } from '../../packages/scanlogin/src/http.ts'
import { createLogin, memoryStore, type Policy, type User } from '../../packages/scanlogin/src/index.ts'
import { serve, toNodeListener } from '../../packages/scanlogin/src/node.ts'
import { storedSessions } from '../../packages/scanlogin/src/session.ts'
import { type ScriptedPhone, scriptedPhone } from '../../packages/scanlogin/src/testing.ts'
import { createLog } from '../../packages/server/src/log.ts'
import { pages } from '../../packages/server/src/pages.ts'
import { securityHeaders } from '../../packages/server/src/security-headers.ts'
import { userVerificationRoutes } from '../../packages/server/src/user-verification/routes.ts'
import { createUserVerification } from '../../packages/server/src/user-verification/user-verification.ts'
import { freePort } from '../free-port.ts'
import { apiKey } from '../start.ts'

export interface VerifyingSite {
  /** `http://localhost:40123`. */
  readonly origin: string
  /** Programs call it here. */
  readonly api: string
  /** A user whose app calls by its back end. */
  phoneOf(user: User): ScriptedPhone
  close(): Promise<void>
}

/** Every sign-in here needs to see the phone's owner; whose phone it is stands in its cookie `who`. */
export async function openVerifyingSite(): Promise<VerifyingSite> {
  const port = await freePort()
  const publicUrl = `http://localhost:${port}`
  const store = memoryStore()
  const verification = createUserVerification({ store, publicUrl, siteName: 'Example' })
  if (!verification) throw new Error('localhost is a host name')
  const login = createLogin({ store, publicUrl, policies: [ownersOnly] })
  const handler = createHandler(login, {
    authenticate,
    apiKeys: [apiKey],
    sessions: storedSessions({ store }),
    site: { name: 'Example' },
    verifyUser: verification.verify,
  })
  const log = createLog('silent')
  const web = new Hono()
  web.use(securityHeaders)
  web.route('/', pages({ demo: false, scanUrl: login.scanUrl, signInUrl: '', lanUrl: '', folder: builtPages }))
  const routes = userVerificationRoutes({ verification, authenticate, publicUrl, apiKeys: [apiKey], log })
  web.route('/user-verification', routes)
  const [api, page] = [toNodeListener(handler), getRequestListener(web.fetch, { overrideGlobalObjects: false })]
  const serving = await serve({
    listener: (request, response) => (request.url?.startsWith('/v1/') ? api : page)(request, response),
    port,
  })
  return {
    origin: publicUrl,
    api: `http://127.0.0.1:${port}/v1`,
    phoneOf: user => scriptedPhone({ url: `http://127.0.0.1:${port}/v1`, apiKey, user }),
    async close() {
      await login.drain()
      await serving.close()
    },
  }
}

const builtPages = new URL('../../packages/server/dist/public/', import.meta.url)

const ownersOnly: Policy = {
  name: 'owners-only',
  decide: ({ step }) =>
    step === 'scan'
      ? { verdict: 'require', userVerification: true, reasons: ['new_browser', 'user_verification'] }
      : { verdict: 'allow' },
}

function authenticate(request: Request): User | undefined {
  const [, name] = /(?:^|; )who=([^;]*)/.exec(request.headers.get('cookie') ?? '') ?? []
  return name === undefined ? undefined : { id: name.toLowerCase(), name }
}
