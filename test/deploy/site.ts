/** The standalone server behind a proxy of `deploy/`, and the people who reach it through that. */
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import { quietPort } from '../redis/servers/child.ts'
import { type RunningServer, startServer } from '../server/server.ts'
import { type ProxyName, startProxy } from './proxies.ts'

export const apiKey = 'the-api-key-of-the-back-end-of-the-tests'

export interface ProxiedSite {
  /** The proxy's. */
  readonly url: string
  readonly port: number
  readonly servers: readonly RunningServer[]
  people(): Actors
  /** Once more on the port of one that has ended. */
  startAgain(server: RunningServer): Promise<RunningServer>
}

export interface SiteOptions {
  /** How many processes stand behind it. Default 1; more need a store that they share. */
  processes?: number
  env?: Readonly<Record<string, string>>
}

export async function startSite(proxy: ProxyName, { processes = 1, env = {} }: SiteOptions = {}): Promise<ProxiedSite> {
  const port = await quietPort()
  const url = `http://127.0.0.1:${port}`
  const settings = {
    SCANLOGIN_PUBLIC_URL: url,
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_TRUSTED_PROXIES: '1',
    SCANLOGIN_REQUEST_IDS: 'on',
    ...env,
  }
  const start = async (serverPort: number): Promise<RunningServer> => ({
    ...(await startServer({ ...settings, PORT: String(serverPort) })),
    port: serverPort,
    url: `http://127.0.0.1:${serverPort}`,
  })
  const ports = await Promise.all(Array.from({ length: processes }, quietPort))
  const servers = await Promise.all(ports.map(start))
  await startProxy(proxy, { port, upstreams: ports })
  return {
    url,
    port,
    servers,
    people: () => createActors({ url: `${url}/v1`, apiKey, proof: 'bearer' }),
    startAgain: server => start(server.port),
  }
}
