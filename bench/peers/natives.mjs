/** nginx with nchan: a publish/subscribe server in C that holds long polls. One worker on one core. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { serverCores } from '../cores.mjs'
import { cpuSeconds, freePort, residentBytes } from '../target.mjs'

/** `address.publishPort` is where to publish; the costs are those of all its processes. */
export async function startNchan() {
  const port = await freePort()
  const folder = openFolder('bench-nchan-')
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, nginxConfig(folder, port))
  const server = await run(['nginx', '-c', file, '-e', join(folder, 'error.log'), '-p', folder], folder, [port])
  const version = `nginx ${versionOf('nginx', '-v')}, nchan ${debianVersion('libnginx-mod-nchan')}`
  return { ...server, version, address: { host: '127.0.0.1', port, publishPort: port } }
}

function nginxConfig(folder, port) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid;
events { worker_connections 19000; }
http {
  access_log off;
  keepalive_timeout 75;
  keepalive_requests 1000000;
${temporary.map(name => `  ${name}_temp_path ${folder}/${name};`).join('\n')}
  nchan_shared_memory_size 256M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location ~ ^/sub/(\\w+)$ {
      nchan_subscriber longpoll;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
      nchan_subscriber_timeout 300;
    }
    location ~ ^/pub/(\\w+)$ {
      nchan_publisher;
      nchan_channel_id $1;
      nchan_store_messages off;
    }
  }
}
`
}

/** A program that stays in the foreground, with all the processes it starts. */
async function run(program, folder, ports) {
  const command = [...serverCores(), ...program]
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] })
  const exit = once(child, 'exit')
  const reap = () => child.kill('SIGTERM')
  process.on('exit', reap)
  const stop = async () => {
    const insist = setTimeout(() => {
      for (const pid of family(child.pid)) process.kill(pid, 'SIGKILL')
    }, 10_000)
    child.kill('SIGTERM')
    await exit
    clearTimeout(insist)
    process.off('exit', reap)
    rmSync(folder, { recursive: true, force: true })
  }
  const sum = pick => family(child.pid).reduce((total, pid) => total + pick(pid), 0)
  try {
    for (const port of ports) await accepting(port, child)
  } catch (error) {
    if (child.exitCode === null) await stop()
    throw new Error(`${program[0]} did not start`, { cause: error })
  }
  return { cpuSeconds: () => sum(cpuSeconds), residentBytes: () => sum(residentBytes), stop }
}

async function accepting(port, child) {
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    const socket = connect(port, '127.0.0.1')
    const accepted = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (accepted) return
    await pause(100)
  }
  throw new Error(`nothing listens on ${port}`)
}

/** A process and all that come from it. */
function family(pid) {
  const children = new Map()
  for (const name of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const parent = parentOf(name)
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const all = [pid]
  for (const member of all) all.push(...(children.get(member) ?? []))
  return all
}

function parentOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It has ended since the folder was read.
    return undefined
  }
}

/** nginx' worker runs as another user than root and writes here, too. */
function openFolder(prefix) {
  const folder = mkdtempSync(join(tmpdir(), prefix))
  chmodSync(folder, 0o777)
  return folder
}

function versionOf(program, option) {
  const { stdout, stderr } = spawnSync(program, [option], { encoding: 'utf8' })
  return /[\d.]+/.exec(stdout + stderr)?.[0] ?? ''
}

function debianVersion(name) {
  return spawnSync('dpkg-query', ['-W', '-f', '$' + '{Version}', name], { encoding: 'utf8' }).stdout
}
