/** What the page asks of the server about one ticket. */
import { at } from '../figures.ts'
import { type Story, storyIn } from './story.ts'

/** `unknown`: there is no history of it. */
export type Found = Story | 'unknown' | 'trouble'

export function readStory(mark: string): Promise<Found> {
  return ask(mark, 'GET')
}

/** `late`: it has ended otherwise meanwhile. */
export async function revoke(mark: string): Promise<Found | 'late'> {
  return ask(mark, 'DELETE')
}

async function ask(mark: string, method: 'GET'): Promise<Found>
async function ask(mark: string, method: 'DELETE'): Promise<Found | 'late'>
async function ask(mark: string, method: string): Promise<Found | 'late'> {
  try {
    const reply = await fetch(`/console/tickets/${encodeURIComponent(mark)}`, { method, cache: 'no-store' })
    if (reply.status === 404) return 'unknown'
    if (reply.status === 410) return 'late'
    const answer: unknown = reply.ok ? await reply.json() : undefined
    return at(answer, 'lines') === undefined ? 'trouble' : storyIn(answer)
  } catch {
    return 'trouble'
  }
}
