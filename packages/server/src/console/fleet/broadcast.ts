/** One look at the fleet for all who watch it at this node, as an event stream to each. */
import { LoginError } from 'scanlogin'

export interface Broadcast {
  /**
   * An event stream that begins with what there is now. `allowed` is asked again all the while: who has been signed out
   * sees no more. Throws `rate_limited` where too many watch already.
   */
  open(allowed: () => Promise<boolean>): Promise<ReadableStream<Uint8Array>>
  /** Ends all streams. */
  close(): void
}

export interface BroadcastOptions {
  /** What everybody is sent, as a line of text. */
  look: () => Promise<string>
  /** ms between two looks. Default 2000. */
  every?: number
}

const mostViewers = 100

interface Viewer {
  send(text: string): void
  end(): void
  readonly allowed: () => Promise<boolean>
}

export function createBroadcast({ look, every = 2000 }: BroadcastOptions): Broadcast {
  const viewers = new Set<Viewer>()
  let timer: NodeJS.Timeout | undefined
  let closed = false

  /** Nobody is sent anything before it was asked whether they still may see it. */
  async function round(): Promise<void> {
    const text = await look().then(event, () => ': the store does not answer\n\n')
    await Promise.all([...viewers].map(viewer => visit(viewer, text)))
    timer = viewers.size > 0 ? setTimeout(round, every).unref() : undefined
  }

  async function visit(viewer: Viewer, text: string): Promise<void> {
    // A store that does not answer says nothing about who they are, and has nothing to show either.
    const allowed = await viewer.allowed().catch(() => undefined)
    if (allowed === false) viewer.end()
    else viewer.send(allowed ? text : ': the store does not answer\n\n')
  }

  return {
    async open(allowed) {
      if (closed || viewers.size >= mostViewers) throw new LoginError('rate_limited', { retryAfter: 5 })
      const first = event(await look())
      let leave = () => {}
      return new ReadableStream<Uint8Array>({
        start(controller) {
          const viewer: Viewer = {
            allowed,
            send: text => controller.enqueue(encoder.encode(text)),
            end() {
              if (viewers.delete(viewer)) controller.close()
            },
          }
          leave = () => void viewers.delete(viewer)
          viewer.send(`retry: 3000\n${first}`)
          viewers.add(viewer)
          timer ??= setTimeout(round, every).unref()
        },
        cancel: () => leave(),
      })
    },
    close() {
      closed = true
      clearTimeout(timer)
      for (const viewer of viewers) viewer.end()
    },
  }
}

const encoder = new TextEncoder()

function event(text: string): string {
  return `data: ${text}\n\n`
}
