/** The other end of a connection. */
import type { Context } from 'hono'

/** What the Node server gives with each request; elsewhere there is nothing of the kind. */
export function peerOf({ env }: Context): string | undefined {
  const address: unknown = env?.incoming?.socket?.remoteAddress
  return typeof address === 'string' ? address : undefined
}
