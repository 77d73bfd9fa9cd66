/** One ticket on the console, found by the mark that the log gives it: what happened to it, and its end by hand. */
import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { LoginError, type Operator, type Store } from 'scanlogin'
import type { Access, Admin } from './access/access.ts'
import type { Histories } from './history/histories.ts'
import type { History } from './history/history.ts'
import { storyOf } from './history/story.ts'

export interface TicketRoutes {
  access: Pick<Access, 'admin'>
  histories: Pick<Histories, 'read'>
  operator: Operator
  store: Pick<Store, 'now'>
}

export function ticketRoutes({ access, histories, operator, store }: TicketRoutes): Hono {
  const admin = ({ req }: Context) => access.admin(req.header('cookie'))
  const app = new Hono()

  async function known(mark: string): Promise<History> {
    const history = /^[\w-]{12}$/.test(mark) ? await histories.read(mark) : undefined
    if (!history) throw new LoginError('not_found', { detail: 'There is no history of this ticket.' })
    return history
  }

  const told = (mark: string, history: History) => storyOf(mark, history, store.now?.() ?? Date.now())

  app.get('/:mark', async context => {
    await admin(context)
    const mark = context.req.param('mark')
    return context.json(told(mark, await known(mark)))
  })
  app.delete('/:mark', async context => {
    const by = nameOf(await admin(context))
    const mark = context.req.param('mark')
    const { id } = await known(mark)
    if (id === undefined) throw new LoginError('not_found')
    await operator.revoke(id, by)
    return context.json(told(mark, await known(mark)))
  })
  return app
}

/**
 * How events and histories name who did it. Administrators stand in the configuration, so whoever may read that can tell
 * which of them it was; anybody else sees a digest.
 */
function nameOf(admin: Admin): string {
  if (admin.by === 'key') return 'key'
  return `admin ${createHash('sha256').update(admin.user).digest('base64url').slice(0, 12)}`
}
