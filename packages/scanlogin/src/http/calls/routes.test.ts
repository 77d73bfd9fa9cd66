import { describe, expect, it } from 'vitest'
import { callAt, routeOf, templateOf, ticketIdIn } from './routes.ts'

const id = '01JZ0000000000000000000000'
const sessionId = 'a'.repeat(43)

describe('an address', () => {
  it.each([
    ['/v1/tickets', '/v1/tickets', 'POST tickets', '', ['POST']],
    [`/v1/tickets/${id}`, '/v1/tickets/{id}', 'POST tickets/…', id, ['GET', 'DELETE']],
    [`/v1/tickets/${id}/confirm`, '/v1/tickets/{id}/confirm', 'POST tickets/…/confirm', id, ['POST']],
    ['/v1/tickets/x/confirm', '/v1/tickets/{id}/confirm', 'POST tickets/…/confirm', '', ['POST']],
    ['/v1/sessions/end', '/v1/sessions/end', 'POST sessions/…', '', ['POST']],
    [`/v1/sessions/${sessionId}`, '/v1/sessions/{id}', 'POST sessions/…', sessionId, ['DELETE']],
    ['/.well-known/jwks.json', '/.well-known/jwks.json', 'elsewhere', '', ['GET']],
  ])('%s is the same for its answer, its trace and its event', (path, template, call, named, methods) => {
    const route = routeOf('/v1', path)
    expect([...(route.methods?.keys() ?? [])]).toEqual(methods)
    expect(route.id).toBe(named)
    expect(templateOf('/v1', route)).toBe(template)
    expect(callAt(route, 'POST')).toBe(call)
  })

  it.each([
    ['/', 'elsewhere'],
    ['/v1', 'elsewhere'],
    ['/v2/tickets', 'elsewhere'],
    ['/v1tickets', 'elsewhere'],
    ['/v1/__proto__', 'elsewhere'],
    ['/v1/tickets/', 'POST tickets/…'],
    [`/v1/tickets/${id}/constructor`, 'POST tickets/…/constructor'],
    [`/v1/tickets/${id}/confirm/more`, 'POST tickets/…/confirm'],
    ['/v1/scan/x', 'POST scan/…'],
  ])('%s names no ticket that somebody could have', (path, call) => {
    const route = routeOf('/v1', path)
    expect(route.methods === undefined || route.id === '').toBe(true)
    expect(templateOf('/v1', route)).toBe(route.methods ? '/v1/tickets/{id}' : '*')
    expect(callAt(route, 'POST')).toBe(call)
  })

  it('tells the ticket that it names, also where there is nothing', () => {
    expect(ticketIdIn(routeOf('/v1', `/v1/tickets/${id}/nothing`))).toBe(id)
    expect(ticketIdIn(routeOf('/v1', `/v1/tickets/${sessionId}`))).toBeUndefined()
    expect(ticketIdIn(routeOf('/v1', `/v1/sessions/${id}`))).toBeUndefined()
  })
})
