import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { heldBy, methodOf, routeOf } from './routes.ts'

describe('a route', () => {
  it.each([
    ['/', '/'],
    ['/s?lang=zh', '/s'],
    ['/v1/tickets', '/v1/tickets'],
    ['/v1/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV?since=1&wait=25', '/v1/tickets/{id}'],
    ['/v1/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV/confirm', '/v1/tickets/{id}/confirm'],
    ['/assets/sign-in.js', '/assets/{file}'],
    ['/connect/qq?state=1&code=2', '/connect/{provider}'],
    ['/connect/wechat-mini/session', '/connect/wechat-mini/session'],
    ['/connect/wechat-account/push?nonce=1', '/connect/wechat-account/push'],
    ['/connect/wechat-account/question/c/a-link', '/connect/wechat-account/question/c/{link}'],
    ['/connect/wechat-account/other', 'other'],
    ['/v1/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV/explode', 'other'],
    ['/v1/tickets/a/b/c', 'other'],
    ['/wp-login.php', 'other'],
    ['/constructor', 'other'],
    ['', 'other'],
  ])('of %s is %s', (url, route) => {
    expect(routeOf(url)).toBe(route)
  })

  it('has a method from a list', () => {
    expect(methodOf('POST')).toBe('POST')
    for (const strange of ['PROPFIND', 'get', 'toString', undefined]) expect(methodOf(strange)).toBe('other')
  })
})

describe('an answer', () => {
  it.each([
    ['GET', '?since=1&wait=25', 'application/json', 'long_poll'],
    ['GET', '?wait=5', '*/*', 'long_poll'],
    ['GET', '?since=1&wait=0', '*/*', undefined],
    ['GET', '?since=1', '*/*', undefined],
    ['GET', '', 'text/event-stream', 'event_stream'],
    ['DELETE', '?wait=25', 'text/event-stream', undefined],
  ])('to %s %s with Accept: %s is held by %s', (method, query, accept, by) => {
    const request = { method, url: `/v1/tickets/x${query}`, headers: { accept } }
    // Nothing else of a request is looked at.
    expect(heldBy(request as IncomingMessage)).toBe(by)
  })
})
