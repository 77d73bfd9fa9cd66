/** Dockerfile, compose file and systemd unit beside the server that they start. No container engine runs here: they are read. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../../packages/server/src/config.ts'
import { quietPort } from '../redis/servers/child.ts'
import { endServers, startServer } from '../server/server.ts'
import { imageEnvironment, imageStages, wordsOf } from './image.ts'
import { endPrograms, startProgram } from './programs.ts'
import { deployFolder } from './proxies.ts'
import { readYaml } from './yaml.ts'

afterAll(async () => {
  await endPrograms()
  await endServers()
})

const root = join(deployFolder, '..')
const secrets = { SCANLOGIN_API_KEY: 'k'.repeat(44), SCANLOGIN_PUBLIC_URL: 'https://id.example.com' }

describe('the image', () => {
  it('has a configuration that the server accepts', () => {
    const { SCANLOGIN_DRAIN_DELAY, PORT } = readConfig({ ...imageEnvironment(), ...secrets })
    expect(SCANLOGIN_DRAIN_DELAY).toBeGreaterThan(0)
    expect(wordsOf('EXPOSE').split(' ').map(Number)).toContain(PORT)
  })

  it('is built from files that are there', () => {
    const copied = imageStages()
      .flat()
      .filter(({ name, words }) => name === 'COPY' && !words.startsWith('--from'))
      .flatMap(({ words }) => words.split(' ').slice(0, -1))
    expect(copied.length).toBeGreaterThan(3)
    expect(copied.filter(path => !existsSync(join(root, path)))).toEqual([])
  })

  it('leaves out of the build nothing that the build asks for', () => {
    const kept = readFileSync(join(deployFolder, 'Dockerfile.dockerignore'), 'utf8')
      .split('\n')
      .filter(line => line.startsWith('!'))
      .map(line => line.slice(1))
    const { workspaces } = z
      .object({ workspaces: z.array(z.string()) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
    expect(kept).toEqual(expect.arrayContaining(['package.json', 'package-lock.json', 'scripts', 'LICENSE']))
    expect(kept).toEqual(expect.arrayContaining(workspaces.map(one => one.replace('/*', ''))))
  })

  it('runs the server as somebody who is not root, without a shell', () => {
    expect(wordsOf('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    const command = z.array(z.string()).parse(JSON.parse(wordsOf('CMD')))
    expect(existsSync(join(root, command[0] ?? ''))).toBe(true)
    expect(command.at(-1)).toBe('serve')
  })

  it('tells by its own check whether the server lives', async () => {
    const [, form = ''] = /CMD (\[.*\])$/.exec(wordsOf('HEALTHCHECK')) ?? []
    const [program, ...args] = z.array(z.string()).parse(JSON.parse(form))
    expect(program).toBe('/nodejs/bin/node')
    const check = async (port: number) => {
      const child = spawn(process.execPath, args, { env: { PORT: String(port) }, stdio: 'ignore' })
      return (await once(child, 'exit'))[0]
    }
    expect(await check((await startServer()).port)).toBe(0)
    expect(await check(await quietPort())).toBe(1)
  })
})

const composeService = z.object({
  image: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  stop_grace_period: z.string().optional(),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
})
const compose = z
  .object({
    services: z.record(z.string(), composeService),
    networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
    volumes: z.record(z.string(), z.unknown()),
  })
  .parse(readYaml(join(deployFolder, 'compose.yaml'))[0])
const { scanlogin, redis, nginx, prometheus } = compose.services

describe('the compose file', () => {
  const config = () => readConfig({ ...imageEnvironment(), ...substituted(scanlogin?.environment ?? {}, secrets) })

  it('has a configuration that the server accepts, on localhost and as a site', () => {
    const plain = substituted(scanlogin?.environment ?? {}, { SCANLOGIN_API_KEY: 'k'.repeat(44) })
    expect(readConfig({ ...imageEnvironment(), ...plain }).SCANLOGIN_PUBLIC_URL).toBe('http://localhost:8080')
    const site = substituted(scanlogin?.environment ?? {}, { ...secrets, NODE_ENV: 'production' })
    expect(readConfig({ ...imageEnvironment(), ...site }).NODE_ENV).toBe('production')
  })

  it('does not start without an API key, rather than with one that everybody knows', () => {
    expect(() => substituted(scanlogin?.environment ?? {}, {})).toThrow(/SCANLOGIN_API_KEY/)
  })

  it('waits until everybody was let go', () => {
    expect(scanlogin?.stop_grace_period).toMatch(/^\d+s$/)
    expect(Number.parseInt(scanlogin?.stop_grace_period ?? '', 10)).toBeGreaterThanOrEqual(
      config().SCANLOGIN_DRAIN_DELAY + 15,
    )
  })

  it('mounts files that are there, and volumes that are declared', () => {
    const sources = Object.values(compose.services).flatMap(({ volumes }) =>
      volumes.map(one => one.split(':')[0] ?? ''),
    )
    expect(sources.length).toBeGreaterThan(6)
    const missing = sources.filter(one =>
      one.startsWith('.') ? !existsSync(join(deployFolder, one)) : !(one in compose.volumes),
    )
    expect(missing).toEqual([])
  })

  it('opens ports on this machine only', () => {
    const ports = Object.values(compose.services).flatMap(one => one.ports)
    expect(ports.length).toBeGreaterThan(0)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  it('keeps Redis and Prometheus where nobody else comes', () => {
    expect(compose.networks.inside?.internal).toBe(true)
    expect(redis?.networks).toEqual(['inside'])
    expect(prometheus?.networks).toEqual(['inside'])
    expect(nginx?.networks).toEqual(['outside'])
  })

  it('says which version of each program', () => {
    const images = Object.values(compose.services).flatMap(({ image }) => (image === undefined ? [] : [image]))
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+/)
  })

  it('has Prometheus read the server by its name and port', () => {
    const names = z.object({ names: z.array(z.string()), port: z.number() })
    const job = z.object({ job_name: z.string(), dns_sd_configs: z.tuple([names]) })
    const [prometheusConfig] = readYaml(join(deployFolder, 'prometheus/prometheus.yml'))
    const { scrape_configs } = z.object({ scrape_configs: z.tuple([job]) }).parse(prometheusConfig)
    const [{ names: read, port }] = scrape_configs[0].dns_sd_configs
    expect(read).toEqual(['scanlogin'])
    expect(config().SCANLOGIN_METRICS).toMatchObject({ host: '0.0.0.0', port })
  })

  it('has an nginx that starts, before the server by its name', async () => {
    const port = await quietPort()
    const server = await startServer()
    const shipped = readFileSync(join(deployFolder, 'nginx/compose.conf'), 'utf8')
    const site = shipped
      .replace('listen 8080', `listen 127.0.0.1:${port}`)
      .replace('scanlogin:8787', `127.0.0.1:${server.port}`)
      .replace('/etc/nginx/scanlogin/locations.conf', join(deployFolder, 'nginx/locations.conf'))
    await startProgram({
      program: 'nginx',
      port,
      args: folder => ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-p', folder],
      files: folder => ({
        'nginx.conf': `daemon off; worker_processes 1; pid ${folder}/pid; events {}\nhttp {\naccess_log off;\n${site}}\n`,
      }),
    })
    expect((await fetch(`http://127.0.0.1:${port}/healthz/ready`)).status).toBe(200)
  })
})

describe('the systemd unit', () => {
  const unit = readFileSync(join(deployFolder, 'systemd/scanlogin.service'), 'utf8')
  const setting = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

  it('waits until everybody was let go', () => {
    const env = Object.fromEntries(
      setting('Environment')
        .split(' ')
        .map(pair => pair.split('=')),
    )
    const { SCANLOGIN_DRAIN_DELAY } = readConfig({ ...env, ...secrets })
    expect(Number(setting('TimeoutStopSec'))).toBeGreaterThanOrEqual(SCANLOGIN_DRAIN_DELAY + 15)
  })

  it('starts a program that is there', () => {
    const [, path = ''] = / \/opt\/scanlogin\/(\S+) serve$/.exec(setting('ExecStart')) ?? []
    expect(existsSync(join(root, path))).toBe(true)
  })
})

/** `${NAME:-default}` and `${NAME:?refusal}`, as compose fills them in. */
function substituted(
  environment: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const fill = (text: string) =>
    text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
      const value = given[name] ?? (kind === '-' ? rest : undefined)
      if (value === undefined) throw new Error(`${name}: ${rest}`)
      return value
    })
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, fill(text)]))
}
