import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { nothingHere } from './nothing-here.ts'

const page = '<!doctype html><title>Nothing here</title>'
const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const machines = [{}, { accept: '*/*' }, { accept: 'application/json' }]

describe('an address that there is not', () => {
  it('is a page to a person, whichever method their browser uses', async () => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const answer = await ask('/none', method, browser)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
      expect(await answer.text()).toBe(page)
    }
  })

  it('is a row of the error table to a machine', async () => {
    for (const headers of machines) {
      const answer = await ask('/none', 'GET', headers)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(await answer.json()).toMatchObject({
        code: 'not_found',
        status: 404,
        detail: 'This address leads nowhere',
      })
    }
  })

  it('is the same inside a folder with rules for all of it', async () => {
    expect((await ask('/desk/none', 'GET', browser)).status).toBe(404)
    expect((await ask('/desk/none', 'POST', browser)).status).toBe(404)
  })

  it('is also one that looks like another, and holds a name that nobody knows', async () => {
    const answer = await ask('/pictures/unknown', 'GET', browser)
    expect([answer.status, answer.headers.get('allow')]).toEqual([404, null])
    expect((await ask('/pictures/known', 'GET', browser)).status).toBe(200)
  })
})

describe('a method that an address does not take', () => {
  it('is answered with those that it takes, as a page to a person and a row of the error table to a machine', async () => {
    const toPerson = await ask('/desk', 'PUT', browser)
    expect([toPerson.status, toPerson.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
    expect(await toPerson.text()).toBe(page)
    for (const headers of machines) {
      const toMachine = await ask('/desk', 'PUT', headers)
      expect([toMachine.status, toMachine.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
      expect(await toMachine.json()).toMatchObject({ code: 'method_not_allowed', status: 405 })
    }
  })

  it('is said of an address that takes nothing but calls, too', async () => {
    const answer = await ask('/desk/calls', 'GET', browser)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('is not asking for the head alone', async () => {
    expect((await ask('/desk', 'HEAD', browser)).status).toBe(200)
  })
})

/** With what is mounted after `notFound` has been set, as in the server. */
function ask(path: string, method: string, headers: Record<string, string>) {
  const app = new Hono()
  app.notFound(nothingHere(app, page))
  const desk = new Hono()
  desk.post('*', (_, next) => next())
  desk.get('/', context => context.text('desk'))
  desk.post('/', context => context.text('taken'))
  desk.post('/calls', context => context.text('called'))
  app.route('/desk', desk)
  app.get('/pictures/:name', context =>
    context.req.param('name') === 'known' ? context.text('picture') : context.notFound(),
  )
  return app.request(path, { method, headers })
}
