/** Webhooks on their way: signed, tried again, in order, given up where anybody can see it, and replayed. */
import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { createDestinations } from '../../../packages/server/src/webhooks/sending/destination.ts'
import { until } from '../../redis/servers/child.ts'
import type { Respond } from './receiver.ts'
import { closeScenes, eventOf, openScene, secret, type WebhookScene } from './scene.ts'

afterEach(closeScenes)

const status =
  (code: number, headers: Record<string, string> = {}): Respond =>
  response =>
    response.writeHead(code, headers).end()

async function resultOf({ journal }: WebhookScene, state: 'dead' | 'delivered'): Promise<string | undefined> {
  await until(`it is ${state}`, async () => (await journal.count(state)) > 0)
  const [delivery] = await journal.list({ state, most: 1 })
  return delivery?.lastResult
}

describe('a webhook', () => {
  it('is the event itself, signed so that the receiver can tell that it is from here, and when', async () => {
    const scene = await openScene()
    const event = eventOf('ONE')
    await scene.tell(event)
    expect(await resultOf(scene, 'delivered')).toBe('answered 204')
    const [call] = scene.receiver.calls
    expect(JSON.parse(call?.body ?? '')).toEqual(event)
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = call?.headers ?? {}
    expect(id).toBe(event.id)
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60)
    const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${call?.body}`).digest('base64')
    expect(signature).toBe(`v1,${expected}`)
    expect(call?.headers['content-type']).toBe('application/json')
  })

  it('comes once where it was taken, however often it is told', async () => {
    const scene = await openScene()
    for (let times = 0; times < 3; times++) await scene.tell(eventOf('ONE'))
    await resultOf(scene, 'delivered')
    await scene.tell(eventOf('ONE'))
    await scene.tell(eventOf('TWO'))
    await until('the other has come', () => scene.receiver.calls.length === 2)
    expect(scene.receiver.calls.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_ONE_2', 'evt_TWO_2'])
  })

  it('is tried again with the same id until it is taken', async () => {
    const scene = await openScene()
    const answers = [500, 429, 302]
    scene.receiver.answer(response => status(answers.shift() ?? 200)(response, { path: '', headers: {}, body: '' }))
    await scene.tell(eventOf('ONE'))
    expect(await resultOf(scene, 'delivered')).toBe('answered 200')
    expect(scene.receiver.calls.map(({ headers }) => headers['webhook-id'])).toEqual(Array(4).fill('evt_ONE_2'))
  })

  it('does not follow a redirect', async () => {
    const scene = await openScene()
    scene.receiver.answer(status(307, { location: `${scene.receiver.url}/elsewhere` }))
    await scene.tell(eventOf('ONE'))
    expect(await resultOf(scene, 'dead')).toBe('answered 307')
    expect(new Set(scene.receiver.calls.map(({ path }) => path))).toEqual(new Set(['/hooks']))
  })

  it('is not sent before the time that the receiver asks for', async () => {
    const scene = await openScene()
    scene.receiver.answer(status(503, { 'retry-after': '3600' }))
    const told = Date.now()
    await scene.tell(eventOf('ONE'))
    await until('it was tried', async () => {
      const [delivery] = await scene.journal.list({ state: 'waiting', most: 1 })
      return delivery?.lastResult === 'answered 503'
    })
    const [delivery] = await scene.journal.list({ state: 'waiting', most: 1 })
    expect(delivery?.nextAt).toBeGreaterThanOrEqual(told + 3_600_000)
    // Nor is anything else: the receiver has no time at all.
    expect(scene.sender().state('shop')).toBe('open')
  })

  it('is a dead letter after its last try, and is sent again when somebody asks for it', async () => {
    const scene = await openScene()
    scene.receiver.answer(status(500))
    await scene.tell(eventOf('ONE'))
    expect(await resultOf(scene, 'dead')).toBe('answered 500')
    expect(scene.receiver.calls).toHaveLength(5)
    scene.receiver.answer(status(200))
    expect(await scene.journal.replay('evt_NONE_2.shop')).toBe(false)
    expect(await scene.journal.replay('evt_ONE_2.shop')).toBe(true)
    // The endpoint is left alone for some seconds after five failures: another process has not seen them.
    await scene.restart()
    expect(await resultOf(scene, 'delivered')).toBe('answered 200')
    expect(scene.receiver.calls.at(-1)?.headers['webhook-id']).toBe('evt_ONE_2')
  })

  it('of a ticket waits for the one before it, and holds up no other ticket', async () => {
    const scene = await openScene()
    let failing = true
    scene.receiver.answer((response, { headers }) => {
      response.writeHead(failing && headers['webhook-id'] === 'evt_ONE_2' ? 500 : 200).end()
    })
    await scene.journal.add(eventOf('ONE', 2), [scene.endpoint])
    await scene.journal.add(eventOf('ONE', 3), [scene.endpoint])
    await scene.tell(eventOf('TWO', 2))
    await until('the other ticket is told', () => scene.receiver.calls.some(call => call.body.includes('TWO')))
    failing = false
    await until('all are told', async () => (await scene.journal.count('delivered')) === 3)
    const ids = scene.receiver.calls.map(({ headers }) => headers['webhook-id'])
    expect(ids.lastIndexOf('evt_ONE_2')).toBeLessThan(ids.indexOf('evt_ONE_3'))
  })

  it('that was under way when its process died comes again', async () => {
    const scene = await openScene()
    await scene.sender().stop()
    await scene.journal.add(eventOf('ONE'), [scene.endpoint])
    // Taken, and never heard of again.
    expect(await scene.journal.take('shop', 1, 300)).toHaveLength(1)
    expect(await scene.journal.take('shop', 1, 300)).toHaveLength(0)
    await scene.restart({})
    expect(await resultOf(scene, 'delivered')).toBe('answered 204')
  })
})

describe('a receiver', () => {
  it('that answers 410 gets no more, until it is enabled', async () => {
    const scene = await openScene()
    scene.receiver.answer(status(410))
    await scene.tell(eventOf('ONE'))
    expect(await resultOf(scene, 'dead')).toBe('the endpoint is disabled')
    await scene.tell(eventOf('TWO'))
    expect(await scene.journal.count('dead')).toBe(2)
    expect(scene.receiver.calls).toHaveLength(1)
    expect(await scene.journal.isDisabled({ ...scene.endpoint, url: 'https://elsewhere.example.com/' })).toBe(false)
    scene.receiver.answer(status(200))
    await scene.journal.enable('shop')
    await scene.tell(eventOf('THREE'))
    await resultOf(scene, 'delivered')
    expect(scene.receiver.calls.map(({ headers }) => headers['webhook-id'])).toEqual(['evt_ONE_2', 'evt_THREE_2'])
  })

  it('that answers nothing is cut off, and tried again', async () => {
    const scene = await openScene({ timeout: 1000 })
    scene.receiver.answer(() => {})
    await scene.tell(eventOf('ONE'))
    expect(await resultOf(scene, 'dead')).toBe('There was no answer in time')
    expect(scene.receiver.calls).toHaveLength(5)
  })

  it('that sends without end is not listened to', async () => {
    const scene = await openScene()
    let cutOff = false
    scene.receiver.answer(response => {
      response.writeHead(200).once('close', () => {
        cutOff = true
      })
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
      }
      response.on('drain', pour)
      pour()
    })
    await scene.tell(eventOf('ONE'))
    expect(await resultOf(scene, 'delivered')).toBe('answered 200')
    await until('it is cut off', () => cutOff)
  })

  it('that fails is asked by one webhook at a time, whatever waits for it', async () => {
    const scene = await openScene({ pause: () => 5 })
    scene.receiver.answer(status(500))
    for (let ticket = 0; ticket < 30; ticket++) await scene.journal.add(eventOf(`T${ticket}`), [scene.endpoint])
    scene.sender().wake()
    await until('the breaker opens', () => scene.sender().state('shop') === 'open')
    await new Promise(resolve => setTimeout(resolve, 500))
    // Eight at a time until the fifth has failed.
    expect(scene.receiver.calls.length).toBeLessThanOrEqual(16)
    expect(await scene.journal.count('waiting')).toBe(30)
  })

  it('gets at most so many webhooks at a time', async () => {
    const scene = await openScene({ concurrency: 3 })
    let under = 0
    let most = 0
    scene.receiver.answer(response => {
      most = Math.max(most, ++under)
      setTimeout(() => {
        under--
        response.writeHead(200).end()
      }, 20)
    })
    for (let ticket = 0; ticket < 20; ticket++) await scene.journal.add(eventOf(`T${ticket}`), [scene.endpoint])
    scene.sender().wake()
    await until('all are taken', async () => (await scene.journal.count('delivered')) === 20)
    expect(most).toBe(3)
  })

  it('on a private address is not connected to', async () => {
    const scene = await openScene({ destinations: createDestinations([]) })
    await scene.tell(eventOf('ONE'))
    expect(await resultOf(scene, 'dead')).toContain('not on the public internet')
    expect(scene.receiver.calls).toEqual([])
  })
})
