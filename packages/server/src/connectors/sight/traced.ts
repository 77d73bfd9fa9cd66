/** A call of a connector's address as a span, named by its route: the state, the code and the link in it are nobody's to read. */
import type { MiddlewareHandler } from 'hono'
import type { Tracer } from 'scanlogin'
import { methodOf, routeOf } from '../../metrics/routes.ts'

export function traced(tracer: Tracer): MiddlewareHandler {
  return async (context, next) => {
    const [method, route] = [methodOf(context.req.method), routeOf(context.req.path)]
    const attributes = { 'http.request.method': method, 'http.route': route }
    await tracer.startActiveSpan(`${method} ${route}`, { attributes }, async span => {
      try {
        await next()
        span.setAttribute('http.response.status_code', context.res.status)
        if (context.res.status >= 500) span.setStatus({ code: 2 })
      } finally {
        span.end()
      }
    })
  }
}
