/** nginx in front of the real server, set as a test wants it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from '../deploy/programs.ts'
import { deployFolder } from '../deploy/proxies.ts'
import { quietPort } from '../redis/servers/child.ts'
import { startServer } from '../server/server.ts'

export const apiKey = 'T0mYxqv2S9r4PpWk7ZbL1cHdJ8nQeUfGaXiV3oRwB5s='

export interface FrontOptions {
  /** Of nginx, in its `location`. Default: those that `deploy/` ships. */
  location?: string
  /** Of nginx, in its `server`. */
  server?: string
  /** Of the server behind, beside its public URL and its key. */
  env?: Readonly<Record<string, string>>
  /** Where the certificate for TLS is. Default: plain http. */
  tls?: string
}

export interface Front {
  /** What the doctor is started with: the same as the server. */
  readonly env: Readonly<Record<string, string>>
}

export async function startFront({ location, server = '', env = {}, tls }: FrontOptions = {}): Promise<Front> {
  const [port, behind] = [await quietPort(), await quietPort()]
  const settings = {
    PORT: String(behind),
    SCANLOGIN_PUBLIC_URL: `http${tls === undefined ? '' : 's'}://localhost:${port}`,
    SCANLOGIN_API_KEY: apiKey,
    SCANLOGIN_TRUSTED_PROXIES: '1',
    ...env,
  }
  await startServer(settings)
  const shipped = `include ${join(deployFolder, 'nginx/locations.conf')};`
  const own = `location / { ${plain} ${location} }`
  await startProgram({
    program: 'nginx',
    port,
    args: folder => ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-p', folder],
    files: folder => ({
      'nginx.conf': `daemon off; worker_processes 1; pid ${folder}/pid; events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(one => `${one}_temp_path ${folder}/${one};`).join(' ')}
  map $http_upgrade $scanlogin_connection { default upgrade; "" ""; }
  upstream scanlogin { server 127.0.0.1:${behind}; }
  server {
    listen 127.0.0.1:${port}${tls === undefined ? '' : ' ssl'};
    ${tls === undefined ? '' : `ssl_certificate ${tls}/cert.pem; ssl_certificate_key ${tls}/key.pem;`}
    ${server}
    ${location === undefined ? shipped : own}
  }
}`,
    }),
  })
  return { env: settings }
}

/** As people write it who have not read our page. */
const plain = `proxy_pass http://scanlogin; proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`

/** A certificate for `localhost` that has signed itself, in a folder that nginx can read. */
export function signItself(days: number): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-tls-'))
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  execFileSync('openssl', ['req', '-x509', ...kind, ...files, ...subject, '-days', String(days)], { stdio: 'pipe' })
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}
