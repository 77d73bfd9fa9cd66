/** People half way through a sign-in, and what they are told when the store is out of order. */
import { expect } from 'vitest'
import type { Actors } from '../../packages/scanlogin/src/testing/actors.ts'
import type { Reply } from '../../packages/scanlogin/src/testing/caller.ts'
import { answerOf } from './scene.ts'

export interface Attempt extends Actors {
  readonly id: string
}

export async function created(people: Actors): Promise<Attempt> {
  expect((await people.browser.create()).status).toBe(201)
  return { ...people, id: people.browser.ticket.id }
}

export async function scanned(people: Actors): Promise<Attempt> {
  const attempt = await created(people)
  let reply = await people.phone.scan(people.browser.ticket.qr.url)
  // Nobody points a camera that fast: to a node whose time is a hair behind, the code is not there yet.
  while (reply.status === 422) reply = await people.phone.scan(people.browser.ticket.qr.url)
  expect(reply.status).toBe(200)
  return attempt
}

export async function confirmed(people: Actors): Promise<Attempt> {
  const attempt = await scanned(people)
  expect((await people.phone.confirm()).status).toBe(200)
  return attempt
}

/** One of each kind, for a ticket that was scanned: none may hang. */
export function everyCall({ browser, phone, newBrowser }: Actors): Promise<Reply[]> {
  const calls: (() => Promise<Reply>)[] = [
    () => newBrowser().create(),
    () => browser.read(),
    () => browser.wait(9, 25),
    () => phone.confirm(),
    () => phone.deny(),
    () => browser.redeem(),
    () => browser.cancel(),
    () => phone.type(browser.ticket.user_code),
  ]
  return Promise.all(calls.map(call => answerOf(call(), 5)))
}

export function expectRefused({ status, body, headers }: Reply): void {
  expect([status, body.code]).toEqual([503, 'store_unavailable'])
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
}
