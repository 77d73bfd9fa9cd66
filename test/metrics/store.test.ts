/** What is counted of a store, healthy and failing. */
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { LoginError, memoryStore, type Store } from '../../packages/scanlogin/src/index.ts'
import { createClock, findBreaches } from '../../packages/scanlogin/src/testing.ts'
import { measureStore } from '../../packages/server/src/metrics/store.ts'
import { exposed } from './exposition.ts'

const entry = { version: 1, expiresAt: Date.now() + 60_000, value: 'first' }

describe('a store that is measured', () => {
  it('is a store like any other', async () => {
    const breaches = await findBreaches(async () => {
      const clock = createClock()
      const { store } = start(memoryStore({ clock }))
      return { here: store, there: store, pass: clock.advance, now: clock.now }
    })
    expect(breaches).toEqual([])
  })

  it('has its operations counted and timed', async () => {
    const { store, registry } = start(memoryStore())
    await store.put('key', entry)
    await store.get('key')
    await store.get('key')
    const { stop } = await store.watch('key', () => {})
    stop()
    const { value } = await exposed(registry)
    expect(value(`${seconds}_count{operation="put"}`)).toBe(1)
    expect(value(`${seconds}_count{operation="get"}`)).toBe(2)
    expect(value(`${seconds}_count{operation="watch"}`)).toBe(1)
    expect(value('scanlogin_store_errors_total{operation="get"}')).toBe(0)
  })

  it('has a lost race counted, and no error', async () => {
    const { store, registry } = start(memoryStore())
    await store.put('key', entry)
    await store.put('key', entry)
    const { value } = await exposed(registry)
    expect(value('scanlogin_store_conflicts_total')).toBe(1)
    expect(value('scanlogin_store_errors_total{operation="put"}')).toBe(0)
  })

  it('fails as it failed before, and has that counted', async () => {
    const outage = new LoginError('store_unavailable')
    const { store, registry } = start({ ...memoryStore(), get: () => Promise.reject(outage) })
    await expect(store.get('key')).rejects.toBe(outage)
    const { value } = await exposed(registry)
    expect(value('scanlogin_store_errors_total{operation="get"}')).toBe(1)
    expect(value(`${seconds}_count{operation="get"}`)).toBe(1)
  })
})

const seconds = 'scanlogin_store_operation_duration_seconds'

function start(inner: Store) {
  const registry = new Registry()
  return { store: measureStore(inner, registry), registry }
}
