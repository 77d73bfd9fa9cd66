/**
 * The proxies of `deploy/`, by the files as they are shipped. What changes is where they listen, without TLS, and which
 * processes stand behind them; a line that is not there to be changed is an error.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Program, startProgram } from './programs.ts'

export const deployFolder = fileURLToPath(new URL('../../deploy', import.meta.url))

export type ProxyName = keyof typeof proxies

export interface ProxyOptions {
  /** Where it listens, on 127.0.0.1. */
  port: number
  /** Where the processes behind it listen. */
  upstreams: readonly number[]
}

export function startProxy(name: ProxyName, options: ProxyOptions): Promise<Program> {
  return proxies[name](options)
}

const proxies = { nginx: startNginx, haproxy: startHaproxy, caddy: startCaddy }

function startNginx({ port, upstreams }: ProxyOptions): Promise<Program> {
  return startProgram({
    program: 'nginx',
    port,
    args: folder => ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-p', folder],
    files: folder => ({
      'nginx.conf': `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(one => `  ${one}_temp_path ${folder}/${one};\n`).join('')}
  include ${folder}/scanlogin.conf;
}
`,
      'scanlogin.conf': change('nginx/scanlogin.conf', [
        [/server 127\.0\.0\.1:8787 (.*);/, (_, flags) => each(upstreams, one => `server 127.0.0.1:${one} ${flags};`)],
        [/listen 443 ssl http2;/, () => `listen 127.0.0.1:${port};`],
        [/ssl_certificate .*;/, () => ''],
        [/ssl_certificate_key .*;/, () => ''],
        [/\/etc\/nginx\/scanlogin\/locations\.conf/, () => join(deployFolder, 'nginx/locations.conf')],
      ]),
    }),
  })
}

function startHaproxy({ port, upstreams }: ProxyOptions): Promise<Program> {
  return startProgram({
    program: 'haproxy',
    port,
    args: folder => ['-db', '-f', join(folder, 'haproxy.cfg')],
    files: () => ({
      'haproxy.cfg': change('haproxy/haproxy.cfg', [
        [/maxconn 100000/, () => 'maxconn 1000'],
        [/bind :443 .*/, () => `bind 127.0.0.1:${port}`],
        [
          /server one 127\.0\.0\.1:8787 (.*)/,
          (_, rest) => each(upstreams, one => `server s${one} 127.0.0.1:${one} ${rest}`),
        ],
      ]),
    }),
  })
}

function startCaddy({ port, upstreams }: ProxyOptions): Promise<Program> {
  return startProgram({
    program: 'caddy',
    port,
    args: folder => ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')],
    files: () => ({
      Caddyfile: `{\n  admin off\n  default_bind 127.0.0.1\n}\n${change('caddy/Caddyfile', [
        [/^id\.example\.com/m, () => `http://127.0.0.1:${port}`],
        [/127\.0\.0\.1:8787/, () => upstreams.map(one => `127.0.0.1:${one}`).join(' ')],
      ])}`,
    }),
  })
}

type Change = [pattern: RegExp, replacement: (...match: string[]) => string]

/** A shipped file with each pattern, which has to be there once, replaced. */
function change(file: string, changes: readonly Change[]): string {
  let text = readFileSync(join(deployFolder, file), 'utf8')
  for (const [pattern, replacement] of changes) {
    const found = text.match(new RegExp(pattern, `${pattern.flags}g`))?.length ?? 0
    if (found !== 1) throw new Error(`${file} holds ${pattern} ${found} times`)
    text = text.replace(pattern, replacement)
  }
  return text
}

function each(ports: readonly number[], line: (port: number) => string): string {
  return ports.map(line).join('\n  ')
}
