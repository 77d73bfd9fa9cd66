/** Every answer of the server, whoever gives it: how many, with which status, and after how long. */
import type { IncomingMessage } from 'node:http'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { NodeListener, NodeUpgrade } from 'scanlogin/node'
import { heldBy, methodOf, routeOf } from './routes.ts'

export function measureListener(listener: NodeListener, registry: Registry): NodeListener {
  const answers = new Counter({
    name: 'scanlogin_http_requests_total',
    help: 'Requests that are over. Status "none": the client has left before there was an answer.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  })
  const inFlight = new Gauge({
    name: 'scanlogin_http_requests_in_flight',
    help: 'Requests that are being answered, without those that are held on purpose.',
    registers: [registry],
  })
  const bugs = new Counter({
    name: 'scanlogin_bugs_total',
    help: 'Answers with 500, which nobody has thought of. A store that is away is 503.',
    registers: [registry],
  })
  const durations = createDurations(registry)
  return (request, response) => {
    const begun = performance.now()
    const route = routeOf(request.url ?? '')
    const held = heldRoutes.has(route) ? heldBy(request) : undefined
    if (!held) inFlight.inc()
    response.once('close', () => {
      if (!held) inFlight.dec()
      const status = response.headersSent ? String(response.statusCode) : 'none'
      if (response.statusCode === 500) bugs.inc()
      answers.inc({ method: methodOf(request.method), route, status })
      durations.note((performance.now() - begun) / 1000, route, held)
    })
    listener(request, response)
  }
}

const heldRoutes = new Set(['/v1/tickets/{id}', '/console/events'])

function createDurations(registry: Registry) {
  const duration = new Histogram({
    name: 'scanlogin_http_request_duration_seconds',
    help: 'Time until an answer was sent, without those that are held on purpose.',
    labelNames: ['route'],
    // 0.8 is where an alert looks.
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.5, 3, 10],
    registers: [registry],
  })
  const hold = new Histogram({
    name: 'scanlogin_http_hold_duration_seconds',
    help: 'Time that a browser was kept waiting on purpose, by a long poll or an event stream.',
    labelNames: ['by'],
    buckets: [1, 2.5, 5, 10, 15, 20, 25, 30, 60, 120, 300],
    registers: [registry],
  })
  return {
    note(seconds: number, route: string, held: string | undefined) {
      if (held) hold.observe({ by: held }, seconds)
      else duration.observe({ route }, seconds)
    },
  }
}

export function measureUpgrade(upgrade: NodeUpgrade, registry: Registry): NodeUpgrade {
  const open = new Gauge({
    name: 'scanlogin_sockets_open',
    help: 'WebSockets that are open or being opened.',
    registers: [registry],
  })
  return (request: IncomingMessage, socket, head) => {
    open.inc()
    socket.once('close', () => open.dec())
    upgrade(request, socket, head)
  }
}
