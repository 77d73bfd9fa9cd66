/**
 * A PostgreSQL of the tests' own: a cluster in a temporary folder, on a free port of the loopback, ended by its id. It
 * refuses to run as root, so there it runs as Debian's `postgres`.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { quietPort, until } from '../../redis/servers/child.ts'

export interface PostgresServer {
  readonly port: number
  /** A database that is new and empty: its address. */
  database(): Promise<string>
  ask(text: string): Promise<Record<string, unknown>[]>
  /** Ends with its children, at once and without writing anything more. */
  crash(): Promise<void>
  /** Once more after a crash, with the same files. */
  start(): Promise<void>
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'scanlogin-postgres-'))
  const owner = ownerOf()
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(folder, owner.uid, owner.gid)
  const cluster = join(folder, 'cluster')
  const initdb = ['-D', cluster, '-U', 'scanlogin', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C']
  execFileSync(programOf('initdb'), initdb, { ...owner, cwd: folder, stdio: 'pipe' })
  const port = await quietPort()
  let child: ChildProcess | undefined
  let count = 0

  async function start(): Promise<void> {
    // Nothing here outlives the test, so nothing has to reach the disk.
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'unix_socket_directories=', 'fsync=off']
    const args = ['-D', cluster, ...settings.flatMap(setting => ['-c', setting])]
    child = spawn(programOf('postgres'), args, { ...owner, cwd: folder, stdio: 'ignore' })
    await until('PostgreSQL takes connections', () => ask('SELECT 1').then(Boolean, () => false))
  }

  async function stop(): Promise<void> {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    // What PostgreSQL calls an immediate shutdown: its children end too, which they do not all at SIGKILL.
    running.kill('SIGQUIT')
    await ended
  }

  async function ask(text: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: addressOf('postgres'), connectionTimeoutMillis: 2000 })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  const addressOf = (name: string) => `postgres://scanlogin@127.0.0.1:${port}/${name}`
  ends.add(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  })
  await start()
  return {
    port,
    ask,
    start,
    async database() {
      count++
      await ask(`CREATE DATABASE accounts_${count}`)
      return addressOf(`accounts_${count}`)
    },
    crash: stop,
  }
}

export async function endPostgres(): Promise<void> {
  for (const end of ends) await end()
  ends.clear()
}

const ends = new Set<() => Promise<void>>()

/** Debian keeps the server's programs off the path, by version. */
function programOf(name: string): string {
  const home = '/usr/lib/postgresql'
  const [version] = readdirSync(home).sort((one, other) => Number(other) - Number(one))
  return join(home, version ?? '', 'bin', name)
}

function ownerOf(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const idOf = (option: string) => Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}
