import { expect, it } from 'vitest'
import { createListeners } from './listeners.ts'

it('fifty thousand who listen to one key come and go without one being copied for another', () => {
  const listeners = createListeners()
  let heard = 0
  const leave = Array.from({ length: 50_000 }, () => listeners.add('key', () => heard++))
  listeners.notify('key')
  expect(heard).toBe(50_000)
  for (const one of leave) one()
  listeners.notify('key')
  expect(heard).toBe(50_000)
})

it('who is added while the others are told hears of the next change', () => {
  const listeners = createListeners()
  const heard: string[] = []
  listeners.add('key', () => {
    heard.push('first')
    if (heard.length === 1) listeners.add('key', () => heard.push('second'))
  })
  listeners.notify('key')
  expect(heard).toEqual(['first'])
  listeners.notify('key')
  expect(heard).toEqual(['first', 'first', 'second'])
})
