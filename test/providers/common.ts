/** What every provider's connector does alike, told against its own simulator: one list for all of them. */
import { describe, expect, it } from 'vitest'
import type { FlowApp } from '../../packages/server/src/simulator/code-flow/world.ts'
import { codeOf, home, type startSite, until } from './site.ts'

export interface Service<App extends FlowApp> {
  /** As in an identity. */
  readonly name: string
  open(): ReturnType<typeof startSite<App>>
  /** The call that takes the code. */
  readonly exchange: string
  /** What metrics and traces name that call by. Default: its path. */
  readonly exchangeName?: string
  /** The call that says who it is; the same one where the code does. */
  readonly who: string
  /** Of the service's own app. */
  readonly userAgent: string
}

/** Ones that are no answers; a path and a code for each. */
const broken = [
  ['a broken server', 'http500', 'provider_unintelligible'],
  ["a proxy's page", 'html502', 'provider_unintelligible'],
  ['a log-in page of the network', 'html200', 'provider_unintelligible'],
  ['JSON that ends in the middle', 'badJson', 'provider_unintelligible'],
  ['JSON that is no object', 'strangeJson', 'provider_unintelligible'],
  ['a redirect to another host', 'redirect302', 'provider_unintelligible'],
  ['a connection that breaks before', 'resetBefore', 'provider_unreachable'],
  ['a connection that breaks after the code was used', 'resetAfter', 'provider_unreachable'],
] as const

export function behavesAsAll<App extends FlowApp>({
  name,
  open,
  exchange,
  who,
  userAgent,
  ...service
}: Service<App>): void {
  const { exchangeName = exchange } = service

  describe(`${name}, like every provider`, () => {
    it('is asked once, however often the browser comes back', async () => {
      const { signIn, asked } = await open()
      const { arrive } = await signIn()
      const [first, second] = await Promise.all([arrive(), arrive()])
      expect(first).toMatchObject({ outcome: 'identity', identity: { provider: name }, returnTo: home })
      expect(second).toEqual(first)
      expect(await arrive()).toEqual(first)
      expect(asked(exchange)).toBe(1)
    })

    it('knows the person in the browser of its own app, as the same one', async () => {
      const { signIn, signInInside } = await open()
      const desk = await (await signIn('xiaoman')).arrive()
      const phone = await signInInside(userAgent)
      expect(phone).toMatchObject({ outcome: 'identity', way: 'inside' })
      expect(idsOf(phone)).toEqual(idsOf(desk))
    })

    it('is asked nothing for the state of another browser, or one that was tampered with', async () => {
      const { signIn, control, connector, asked } = await open()
      const [mine, theirs] = [await signIn(), await signIn('river').catch(() => signIn())]
      const swapped = await connector.callback(new URL(mine.callback).searchParams, theirs.browser)
      expect(codeOf(swapped)).toBe('other_browser')
      control.conduct({ state: 'tampered' })
      expect(codeOf(await (await signIn()).arrive())).toBe('state_unknown')
      expect(asked(exchange)).toBe(0)
    })

    it('does not take a code twice, nor one that is too old', async () => {
      const { signIn, begin, clock } = await open()
      const { callback, arrive } = await signIn()
      expect(await arrive()).toMatchObject({ outcome: 'identity' })
      const second = await begin()
      expect(codeOf(await second.arrive(withStateOf(callback, second.address)))).toBe('code_rejected')
      const slow = await signIn()
      await clock.advance(599_000)
      // Where the service's codes live as long as our attempts, the code is still good.
      expect(await slow.arrive()).toMatchObject(name === 'qq' ? { outcome: 'identity' } : { code: 'code_rejected' })
    })

    it('does not take a code that nobody has given', async () => {
      const { signIn, begin } = await open()
      const { callback } = await signIn()
      const other = await begin()
      const forged = withStateOf(callback, other.address).replace(/ode=\w+/g, 'ode=0000000000000000')
      expect(codeOf(await other.arrive(forged))).toBe('code_rejected')
    })

    it.each(broken)('%s ends the sign-in, with words of its own', async (_, action, code) => {
      for (const match of new Set([exchange, who])) {
        const { signIn, control, asked, events, calls } = await open()
        const { arrive } = await signIn()
        control.fault({ match, action })
        expect(await arrive()).toMatchObject({ outcome: 'refused', code, way: 'website', returnTo: home })
        expect(asked(exchange)).toBe(1)
        expect(events.at(-1)).toMatchObject({ type: 'refused', code })
        expect(calls.at(-1)).toMatchObject({ provider: name, code })
      }
    })

    it.each(['bom', 'contentType'] as const)('is understood in spite of %s', async action => {
      const { signIn, control } = await open()
      const { arrive } = await signIn()
      const fault = action === 'bom' ? { action } : { action, contentType: '' }
      control.fault({ match: who, ...fault })
      expect(await arrive()).toMatchObject({ outcome: 'identity' })
    })

    it('is waited for five seconds', async () => {
      const { signIn, control, clock, asked } = await open()
      const { arrive } = await signIn()
      control.fault({ match: exchange, action: 'hang' })
      const arrival = arrive()
      await until(() => asked(exchange) === 1)
      await clock.advance(5000)
      expect(codeOf(await arrival)).toBe('provider_silent')
    })

    it('is counted and traced call by call, and a refusal as what it was, whatever its status', async () => {
      const { signIn, begin, calls, recorder } = await open()
      const { arrive, callback } = await signIn()
      await arrive()
      expect(calls.filter(({ code }) => code !== undefined)).toEqual([])
      const named = ({ call }: { call: string }) => call.endsWith(exchangeName)
      expect(calls.some(named)).toBe(true)
      const second = await begin()
      await second.arrive(withStateOf(callback, second.address))
      expect(calls.filter(named).map(({ provider, code }) => [provider, code])).toEqual([
        [name, undefined],
        [name, 'code_rejected'],
      ])
      expect(recorder.spans().map(span => span.name)).toEqual(calls.map(({ provider, call }) => `${provider} ${call}`))
      expect(recorder.spans().at(-1)?.attributes).toMatchObject({
        'scanlogin.provider': name,
        'scanlogin.error_code': 'code_rejected',
        'http.response.status_code': expect.any(Number),
      })
    })

    it('is told of nowhere with a secret, a code, a state or who it is about', async () => {
      const { signIn, begin, app, events, calls, recorder } = await open()
      const { arrive, callback } = await signIn()
      const arrival = await arrive()
      const second = await begin()
      await second.arrive(withStateOf(callback, second.address))
      const told = JSON.stringify([events, calls, recorder.text()])
      const secrets = [...new URL(callback).searchParams.values()].filter(
        value => value.length > 15 && value !== app.id,
      )
      for (const secret of [...secrets, app.secret, ...idsOf(arrival)].filter(Boolean))
        expect(told).not.toContain(secret)
      expect(told).toContain(exchangeName)
    })
  })
}

function idsOf(arrival: { outcome: string }): string[] {
  if (!('identity' in arrival)) return []
  const { subject, unionId } = Object(arrival.identity)
  return [subject, unionId].filter(id => id !== undefined)
}

/** The callback that somebody makes who puts a code under the state of another attempt. */
function withStateOf(callback: string, address: string): string {
  const forged = new URL(callback)
  forged.searchParams.set('state', new URL(address).searchParams.get('state') ?? '')
  return forged.href
}
