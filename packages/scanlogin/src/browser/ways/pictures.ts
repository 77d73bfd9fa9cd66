/**
 * Codes of others that lead to the ticket on the screen: an official account's, drawn here from its address, and a mini
 * program's, which comes as a picture. Each is asked for once per ticket, when somebody wants to see it. A picture is
 * painted on a canvas, for which a page's policy needs to allow nothing.
 */
import { drawQr } from '../qr-svg.ts'
import type { WaitingState } from '../state.ts'
import { create } from '../view/dom.ts'
import type { DrawnWay } from './way.ts'

export type Picture = { readonly state: 'loading' | 'failed' } | { readonly state: 'ready'; readonly drawing: Element }

export interface Pictures {
  /** Asks for it where it is not there yet. */
  of(way: DrawnWay, ticket: WaitingState): Picture
  /** Forgets what could not be had, so that it is asked for again. */
  retry(): void
  /** Forgets all. */
  clear(): void
}

export interface PicturesOptions {
  document: Document
  /** Called when a picture is there, or will not come. */
  changed(): void
}

/** ms: the server asks WeChat, for 5 s at most, and may have to renew a token before. */
const patience = 15_000

export function createPictures({ document, changed }: PicturesOptions): Pictures {
  let ticketId: string | undefined
  let known = new Map<string, Picture>()

  async function load(way: DrawnWay, ticket: WaitingState): Promise<void> {
    const asked = known
    const picture = await draw(way, ticket, document).then(ready, () => failed)
    // What has been asked for another ticket, or before all was forgotten, is of no use now.
    if (asked !== known) return
    known.set(way.name, picture)
    changed()
  }

  function clear(): void {
    ticketId = undefined
    known = new Map()
  }

  return {
    of(way, ticket) {
      if (ticket.id !== ticketId) clear()
      ticketId = ticket.id
      const found = known.get(way.name)
      if (found) return found
      known.set(way.name, loading)
      void load(way, ticket)
      return loading
    },
    retry() {
      for (const [name, { state }] of known) if (state === 'failed') known.delete(name)
      changed()
    },
    clear,
  }
}

const loading: Picture = { state: 'loading' }
const failed: Picture = { state: 'failed' }
const ready = (drawing: Element): Picture => ({ state: 'ready', drawing })

/** Rejects where the server does not give one. */
async function draw({ shown, address }: DrawnWay, ticket: WaitingState, document: Document): Promise<Element> {
  const reply = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: ticket.id, user_code: ticket.userCode }),
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  })
  if (!reply.ok) throw new Error(`No code: ${reply.status}`)
  return shown === 'code' ? drawQr(addressIn(await reply.json()), document) : paint(await reply.blob(), document)
}

function addressIn(answer: unknown): string {
  const url = typeof answer === 'object' && answer !== null && 'url' in answer ? answer.url : undefined
  if (typeof url !== 'string' || url === '') throw new Error('No code: the answer has no address')
  return url
}

async function paint(picture: Blob, document: Document): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(picture)
  const { width, height } = bitmap
  const canvas = create(document)('canvas', { width: String(width), height: String(height), 'aria-hidden': 'true' })
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  return canvas
}
