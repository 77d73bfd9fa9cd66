/** A server of several processes, and what can be told of each of them from outside. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { type IncomingMessage, request as open } from 'node:http'
import { type Actors, createActors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Fetch } from '../../packages/scanlogin/src/testing/caller.ts'
import { type RunningServer, startServer } from './server.ts'

export interface Crew extends Actors, RunningServer {
  /** Ids of the workers that live, by number. */
  workers(): Map<number, number>
  /** Resolves once this worker is ready that was not before. */
  hasReplaced(number: number, old: number): Promise<number>
}

const apiKey = 'k'.repeat(32)

export async function startCrew(redisPort: number, size: number, env: Record<string, string> = {}): Promise<Crew> {
  const server = await startServer({
    SCANLOGIN_WORKERS: String(size),
    SCANLOGIN_STORE: `redis://127.0.0.1:${redisPort}`,
    SCANLOGIN_API_KEY: apiKey,
    ...env,
  })
  const { url, origin, output, pid } = server

  function workers(): Map<number, number> {
    const alive = new Set(childrenOf(pid))
    return new Map(readyLines(output()).filter(([, worker]) => alive.has(worker)))
  }

  // What it logs may be a moment behind what it prints.
  while (size > 1 && workers().size < size) await moment()
  return {
    ...server,
    ...createActors({ url: `${url}/v1`, origin, apiKey, proof: 'bearer', fetch: fetchAnew }),
    workers,
    async hasReplaced(number, old) {
      for (;;) {
        const worker = readyLines(output()).findLast(([of]) => of === number)?.[1]
        if (worker !== undefined && worker !== old) return worker
        await moment()
      }
    },
  }
}

function moment(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 20))
}

/** Each call over a connection of its own, so that any worker may get it. */
export const fetchAnew: Fetch = async request => {
  const body = Buffer.from(await request.arrayBuffer())
  const { method, headers, signal } = request
  const sent = open(request.url, { method, headers: Object.fromEntries(headers), agent: false, signal })
  const answer = new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject))
  sent.end(body)
  const response = await answer
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece)
  const fields = new Headers()
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    fields.append(response.rawHeaders[i] ?? '', response.rawHeaders[i + 1] ?? '')
  }
  const status = response.statusCode ?? 0
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(pieces), { status, headers: fields })
}

export function childrenOf(pid: number): number[] {
  const all = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
  return all.filter(one => new RegExp(`^PPid:\\s+${pid}$`, 'm').test(statusOf(one)))
}

/** One that has ended and that nobody has taken notice of yet is not alive any more. */
export function lives(pid: number): boolean {
  return /^State:\s+[^ZX]/m.test(statusOf(pid))
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    // It has ended.
    return ''
  }
}

/** Connections, and whatever else of its kind the process has open. */
export function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter(name => isSocket(`/proc/${pid}/fd/${name}`)).length
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:')
  } catch {
    return false
  }
}

function readyLines(output: string): [number: number, pid: number][] {
  const lines = output.split('\n').filter(line => line.includes('"a worker is ready"'))
  return lines.map(line => {
    const { worker, pid } = JSON.parse(line) as { worker: number; pid: number }
    return [worker, pid]
  })
}
