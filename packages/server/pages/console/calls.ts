/** What the page asks of the server. */
import { at, type Figures, figuresIn } from './figures.ts'

export type Closed = 'nobody' | 'stranger' | 'trouble'

export async function readFigures(): Promise<Figures | Closed> {
  try {
    const reply = await fetch('/console/figures', { cache: 'no-store' })
    if (reply.status === 401) return 'nobody'
    if (reply.status === 403) return 'stranger'
    return reply.ok ? figuresIn(await reply.json()) : 'trouble'
  } catch {
    return 'trouble'
  }
}

export interface Watcher {
  figures(figures: Figures): void
  /** Nothing comes at the moment; the browser tries again. */
  lost(): void
  ended(why: 'nobody' | 'stranger'): void
}

/** Returns what ends it. */
export function watchFigures(watcher: Watcher): () => void {
  let stopped = false
  let source = open()

  function open(): EventSource {
    const opened = new EventSource('/console/events')
    opened.addEventListener('message', ({ data }) => watcher.figures(figuresIn(JSON.parse(data))))
    opened.addEventListener('error', () => void broken())
    return opened
  }

  async function broken(): Promise<void> {
    watcher.lost()
    // A stream does not say why it was refused: another call does.
    const why = await readFigures()
    if (stopped) return
    if (why === 'nobody' || why === 'stranger') {
      stop()
      watcher.ended(why)
      return
    }
    // After an answer that is no stream, such as a proxy's, a browser does not come back by itself.
    if (source.readyState !== EventSource.CLOSED) return
    setTimeout(() => {
      if (!stopped) source = open()
    }, retryAfter)
  }

  function stop(): void {
    stopped = true
    source.close()
  }

  return stop
}

/** ms */
const retryAfter = 3000

export type Entered = 'in' | 'wrong' | 'later' | 'trouble'

export async function enter(key: string): Promise<Entered> {
  const status = await send('POST', '/console/entry', { key })
  if (status === 204) return 'in'
  if (status === 429) return 'later'
  return status === 401 || status === 400 ? 'wrong' : 'trouble'
}

/** Ends whichever way somebody came in by. `false` if that did not work. */
export async function leave(by: Figures['by']): Promise<boolean> {
  const status = await send('DELETE', by === 'session' ? '/v1/session' : '/console/entry')
  return status !== undefined && (status < 300 || status === 401)
}

/** `false` if that did not work. */
export async function halt(reason: string): Promise<boolean> {
  return (await send('POST', '/console/halt', { reason })) === 204
}

export async function lift(): Promise<boolean> {
  return (await send('DELETE', '/console/halt')) === 204
}

/** How many sessions have ended; `undefined` if that did not work. */
export async function signOut(user: string): Promise<number | undefined> {
  try {
    const headers = { 'content-type': 'application/json' }
    const reply = await fetch('/console/sign-outs', { method: 'POST', headers, body: JSON.stringify({ user }) })
    const ended = reply.ok ? at(await reply.json(), 'ended') : undefined
    return typeof ended === 'number' ? ended : undefined
  } catch {
    return undefined
  }
}

async function send(method: string, path: string, body?: object): Promise<number | undefined> {
  try {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    return (await fetch(path, { method, ...content })).status
  } catch {
    return undefined
  }
}
