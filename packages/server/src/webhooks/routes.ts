/** What has become of webhooks, for the site's own back ends: seen and replayed with the API key. */
import { Hono } from 'hono'
import { LoginError } from 'scanlogin'
import { bearerToken } from 'scanlogin/http'
import { problem } from '../answers/problem.ts'
import { holdsKey } from './api-key.ts'
import type { Endpoint } from './endpoint.ts'
import { isDeliveryState, showDelivery } from './journal/delivery.ts'
import type { Journal } from './journal/journal.ts'
import type { Sender } from './sending/sender.ts'

export interface WebhookRoutes {
  journal: Journal
  sender: Pick<Sender, 'wake' | 'state'>
  endpoints: readonly Endpoint[]
  apiKeys: readonly string[]
}

export function webhookRoutes({ journal, sender, endpoints, apiKeys }: WebhookRoutes): Hono {
  const app = new Hono()
  app.onError(error => {
    if (error instanceof LoginError) return problem(error)
    throw error
  })
  app.use(async ({ req }, next) => {
    const token = bearerToken({ header: name => req.header(name) })
    if (!holdsKey(apiKeys, token)) throw new LoginError('unauthenticated')
    await next()
  })
  app.get('/deliveries', async context => {
    const { state = 'waiting', endpoint, limit = '100' } = context.req.query()
    if (!isDeliveryState(state) || !/^\d{1,4}$/.test(limit)) throw new LoginError('invalid_request')
    const deliveries = await journal.list({ state, endpoint, most: Math.min(1000, Number(limit)) })
    return context.json({ deliveries: deliveries.map(showDelivery) })
  })
  app.post('/deliveries/:id/replay', async context => {
    if (!(await journal.replay(context.req.param('id')))) throw new LoginError('not_found')
    sender.wake()
    return context.body(null, 202)
  })
  app.get('/endpoints', async context => {
    const shown = endpoints.map(async endpoint => ({
      name: endpoint.name,
      // What stands behind the host may be a secret.
      origin: new URL(endpoint.url).origin,
      disabled: await journal.isDisabled(endpoint),
      breaker: sender.state(endpoint.name),
    }))
    return context.json({ endpoints: await Promise.all(shown) })
  })
  app.post('/endpoints/:name/enable', async context => {
    const name = context.req.param('name')
    if (!endpoints.some(endpoint => endpoint.name === name)) throw new LoginError('not_found')
    await journal.enable(name)
    return context.body(null, 204)
  })
  return app
}
