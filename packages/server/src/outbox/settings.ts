/** Which events there are, and the stream that a team's own consumers read; from the environment. */
import { z } from 'zod'

export const outboxSettings = {
  SCANLOGIN_EVENTS: z.enum(['final', 'every'], { error: 'write "final" or "every"' }).default('final'),
  SCANLOGIN_EVENT_STREAM: z
    .string()
    .regex(/^[\w:.{}-]{1,200}$/, { error: 'write the name of a Redis key, of letters, digits and : . - _ { }' })
    .optional(),
}

/** What is wrong between them and others. */
export function outboxProblem(given: Readonly<Record<string, string | undefined>>): string | undefined {
  const { SCANLOGIN_EVENT_STREAM: stream, SCANLOGIN_EVENTS: events, SCANLOGIN_WEBHOOKS: webhooks } = given
  const { SCANLOGIN_STORE: store = 'memory:' } = given
  if (stream !== undefined && store === 'memory:') {
    return 'SCANLOGIN_EVENT_STREAM: set SCANLOGIN_STORE to the Redis that the stream is to be in.'
  }
  if (events !== 'every' || stream !== undefined || webhooks !== undefined) return undefined
  return 'SCANLOGIN_EVENTS: nobody is told. Set SCANLOGIN_WEBHOOKS or SCANLOGIN_EVENT_STREAM too, or leave it out.'
}
