/** Processes that share one Redis and one WeChat app, each by orders over its standard input. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { apps } from '../wechat.ts'

export interface TokenNode {
  ask(order: string, given?: object): Promise<Answer>
  /** SIGKILL: whatever it was doing stays undone. */
  kill(): Promise<void>
}

export interface Answer {
  readonly token?: string
  readonly ticket?: boolean
  readonly used?: number
  readonly error?: string
}

const program = fileURLToPath(new URL('token-node.mjs', import.meta.url))

/** `skew`: ms that the process's own clock is wrong. */
export function startNode(redisPort: number, api: string, skew: number): TokenNode {
  const { appId, appSecret } = apps.account
  const args = [program, String(redisPort), api, appId, appSecret, String(skew)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, (answer: Answer) => void>()
  let id = 0
  createInterface({ input: child.stdout }).on('line', line => {
    const { id, ...answer } = JSON.parse(line) as Answer & { id: number }
    waiting.get(id)?.(answer)
    waiting.delete(id)
  })
  onTestFinished(() => end(child))
  return {
    ask(order, given = {}) {
      id++
      child.stdin.write(`${JSON.stringify({ id, order, ...given })}\n`)
      return new Promise(resolve => waiting.set(id, resolve))
    },
    kill: () => end(child),
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
